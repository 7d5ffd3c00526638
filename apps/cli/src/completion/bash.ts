import type { GroupDescription } from '../describe/command.js';
import { places, quoted, type Completed, type Place } from './words.js';

/** A completion script for bash 4 and newer; needs nothing but bash. */
export function bashCompletion(tree: GroupDescription): string {
  const all = places(tree);
  return `# bash completion of writ; made by \`writ completion bash\`.
_writ() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local place='' words='' options='' files='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${place:+$place }\${COMP_WORDS[index]}" in
      ${patterns(all.filter(({ path }) => path !== '').map(({ path }) => path))})
        place="\${place:+$place }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$place $previous" in
${all.flatMap(valueCases).join('\n')}
  esac
  case "$place" in
${all.map(placeCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _writ writ
`;
}

function patterns(words: readonly string[]): string {
  return words.map(quoted).join('|');
}

/** What follows an option that takes a value. */
function valueCases({ path, options }: Place): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const after = patterns(option.spellings.map((spelling) => `${path} ${spelling}`));
      const offer = option.files
        ? 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current")'
        : option.choices.length > 0
          ? `mapfile -t COMPREPLY < <(compgen -W ${quoted(option.choices.join(' '))} -- "$current")`
          : ':';
      return `    ${after}) ${offer}; return ;;`;
    });
}

function placeCase(place: Place): string {
  const words = [...place.commands.map(({ name }) => name), ...place.arguments.flatMap(choices)];
  const options = place.options.flatMap(({ spellings }) => spellings);
  const files = place.arguments.some((argument) => argument.files) ? ' files=1' : '';
  return `    ${quoted(place.path)}) words=${quoted(words.join(' '))} options=${quoted(options.join(' '))}${files} ;;`;
}

function choices(argument: Completed): readonly string[] {
  return argument.choices;
}

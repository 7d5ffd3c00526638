import type { GroupDescription } from '../describe/command.js';
import { places, quoted, type Completed, type CompletedOption, type Place } from './words.js';

/** A completion script for zsh: a file `_writ` on the fpath, or to be sourced. */
export function zshCompletion(tree: GroupDescription): string {
  const all = places(tree);
  const known = all.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `#compdef writ
# zsh completion of writ; made by \`writ completion zsh\`.
_writ() {
  local place='' next
  local -a commands
  local -i index=2
  while (( index < CURRENT )); do
    next="\${place:+$place }$words[index]"
    case "$next" in
      (${known.join('|')}) place="$next" ;;
      (*) break ;;
    esac
    (( index++ ))
  done
  case "$place" in
${all.map(placeCase).join('\n')}
  esac
}
if [[ "$funcstack[1]" == _writ ]]; then
  _writ "$@"
else
  compdef _writ writ
fi
`;
}

function placeCase(place: Place): string {
  if (place.commands.length > 0) {
    const offered = place.commands.map(({ name, summary }) =>
      quoted(`${name}:${summary.replaceAll(':', '\\:')}`),
    );
    return [
      `    (${quoted(place.path)})`,
      `      commands=(${offered.join(' ')})`,
      `      _describe -t commands ${quoted(`writ ${place.path}`.trim())} commands ;;`,
    ].join('\n');
  }
  const specs = [...place.options.flatMap(optionSpecs), ...place.arguments.map(argumentSpec)];
  return [
    `    (${quoted(place.path)})`,
    '      words=(writ "${(@)words[index,-1]}"); (( CURRENT -= index - 2 ))',
    `      _arguments : \\`,
    `        ${specs.map(quoted).join(' \\\n        ')} ;;`,
  ].join('\n');
}

/** One specification of _arguments for each spelling. */
function optionSpecs(option: CompletedOption): readonly string[] {
  const says = `[${option.summary.replace(/[[\]:\\]/g, '\\$&')}]`;
  return option.spellings.map(
    (spelling) => `*${spelling}${says}${option.takesValue ? `:value:${offer(option)}` : ''}`,
  );
}

function argumentSpec(argument: Completed): string {
  return `*:argument:${offer(argument)}`;
}

function offer({ choices, files }: Completed): string {
  if (files) return '_files';
  return choices.length > 0 ? `(${choices.join(' ')})` : ' ';
}

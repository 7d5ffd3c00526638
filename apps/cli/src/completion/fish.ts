import type { GroupDescription } from '../describe/command.js';
import { places, type Completed, type CompletedOption, type Place } from './words.js';

/** A completion script for fish 3 and newer. */
export function fishCompletion(tree: GroupDescription): string {
  const all = places(tree);
  const known = all.filter(({ path }) => path !== '').map(({ path }) => fishQuoted(path));
  return `# fish completion of writ; made by \`writ completion fish\`.
function __writ_at
    set -l place ''
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        set -l next (string trim -- "$place $word")
        if contains -- $next ${known.join(' ')}
            set place $next
        end
    end
    test "$place" = "$argv[1]"
end
complete -c writ -f
${all.flatMap(lines).join('\n')}
`;
}

function lines(place: Place): readonly string[] {
  const begin = `complete -c writ -n ${fishQuoted(`__writ_at ${fishQuoted(place.path)}`)}`;
  return [
    ...place.commands.map(({ name, summary }) => `${begin} -a ${name} -d ${fishQuoted(summary)}`),
    ...place.options.map(
      (option) =>
        `${begin}${option.spellings.map(spelling).join('')}${value(option)} -d ${fishQuoted(option.summary)}`,
    ),
    ...place.arguments.flatMap((argument) => positional(begin, argument)),
  ];
}

function spelling(text: string): string {
  return text.startsWith('--') ? ` -l ${text.slice(2)}` : ` -s ${text.slice(1)}`;
}

function value({ takesValue, files, choices }: CompletedOption): string {
  if (!takesValue) return '';
  if (files) return ' -r -F';
  return choices.length > 0 ? ` -x -a ${fishQuoted(choices.join(' '))}` : ' -x';
}

function positional(begin: string, { choices, files }: Completed): readonly string[] {
  if (files) return [`${begin} -F`];
  return choices.length > 0 ? [`${begin} -a ${fishQuoted(choices.join(' '))}`] : [];
}

/** Single quotes in fish know two escapes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

import { join } from 'node:path';
import ts from 'typescript';

const directory = import.meta.dirname;

/** Line numbers (from 1) of the fixture's errors, when it is compiled with the workspace's options. */
function linesWithErrors(text: string): readonly number[] {
  const path = join(directory, 'steps.fixture.ts');
  const configuration = ts.readConfigFile(join(directory, '../../tsconfig.base.json'), (file) =>
    ts.sys.readFile(file),
  ).config as { readonly compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...configuration.compilerOptions, composite: false, noEmit: true, noUnusedLocals: false },
    directory,
  );
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (file) => file === path || onDisk.fileExists(file);
  host.readFile = (file) => (file === path ? text : onDisk.readFile(file));
  host.getSourceFile = (file, version) =>
    file === path ? ts.createSourceFile(file, text, version) : onDisk.getSourceFile(file, version);
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error('The fixture was not compiled.');
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0 }) => source.getLineAndCharacterOfPosition(start).line + 1,
  );
}

describe('the steps of the cycle', () => {
  it('compile in their order, and in no other', () => {
    const text = ts.sys.readFile(join(directory, 'steps.fixture.txt')) ?? '';
    const marked = text.split('\n').flatMap((line, i) => (line.endsWith('// refused') ? [i + 1] : []));
    expect(marked.length).toBeGreaterThan(15);
    expect([...new Set(linesWithErrors(text))]).toEqual(marked);
  });
});

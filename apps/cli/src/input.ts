import { fail } from './errors.js';

/** What was given on the command line, by the names of the description. */
export class Input {
  constructor(
    private readonly options: Readonly<Record<string, unknown>>,
    private readonly positional: Readonly<Record<string, unknown>> = {},
  ) {}

  /** True where the flag was given. */
  flag(name: string): boolean {
    return this.options[name] === true;
  }

  /** The value of an option, or undefined where it was not given. */
  option(name: string): string | undefined {
    const value = this.options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of an option the command cannot do without: 'usage_invalid'. */
  required(name: string): string {
    return this.option(name) ?? fail('usage_invalid', `This command needs --${name}; see its --help.`);
  }

  /** Every value of an option that may be repeated. */
  values(name: string): readonly string[] {
    const value = this.options[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** The value of an argument; '' only where it is optional and absent. */
  argument(name: string): string {
    const value = this.positional[name];
    return typeof value === 'string' ? value : '';
  }

  /** The values of an argument that takes many. */
  argumentList(name: string): readonly string[] {
    const value = this.positional[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** ' --org globex' where --org was given, else '': what a command that is advised has to say, too, to work in the same organization. */
  get inOrganization(): string {
    const name = this.option('org');
    return name === undefined ? '' : ` --org ${name}`;
  }

  /** True where --json was given. */
  get json(): boolean {
    return this.flag('json');
  }
}

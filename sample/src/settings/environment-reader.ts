/** A variable of the environment is wrong. The message is for the person starting the program. */
export class EnvironmentError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'EnvironmentError';
  }
}

/** Reads variables and collects their problems. An empty variable counts as left out. */
export class EnvironmentReader {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #problems: string[] = [];

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    const value = this.#environment[name];
    return value === '' ? undefined : value;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    const known = values.find((allowed) => allowed === value);
    if (value !== undefined && known === undefined) this.#refuse(name, `one of ${values.join(', ')}`, `"${value}"`);
    return known;
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= range.min && number <= range.max) return number;
    this.#refuse(name, `a whole number from ${range.min} to ${range.max}`, `"${value}"`);
    return undefined;
  }

  /** @param example - a URL of the first of these schemes */
  url(name: string, schemes: readonly string[], example: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || schemes.some((scheme) => isUrl(value, scheme))) return value;
    // It may contain a password.
    this.#refuse(name, `a URL like ${example}`, 'something else (not shown: it may hold a password)');
    return undefined;
  }

  /** @throws EnvironmentError if there was any problem */
  finish(): void {
    if (this.#problems.length > 0) throw new EnvironmentError(this.#problems);
  }

  #refuse(name: string, expected: string, got: string): void {
    this.#problems.push(`${name}: expected ${expected}; got ${got}.`);
  }
}

function isUrl(value: string, scheme: string): boolean {
  return value.startsWith(`${scheme}://`) && URL.canParse(value);
}

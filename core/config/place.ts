/** The steps from a configuration to a value in it. */
export type Steps = readonly (string | number)[];

/** Who brought a configuration, and what it calls the places in it. */
export interface Source {
  /** A value's place for a problem, such as `scan.config.ts: checks['repo/max-file-size'].severity`. */
  place(steps: Steps): string;
  /** True where values may be quoted in problems: a person has just typed them. */
  readonly quotes: boolean;
}

/** A place as JavaScript would write it: `checks['repo/max-file-size'].severity`. */
export function formatSteps(steps: Steps): string {
  let text = '';
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `['${readable(step).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
  }
  return text;
}

/** A configuration in a file, or in a value inside it. */
export function fileSource(label: string, prefix: Steps = []): Source {
  return {
    quotes: false,
    place(steps) {
      const text = formatSteps([...prefix, ...steps]);
      return text === '' ? label : `${label}: ${text}`;
    },
  };
}

/** What lies in a configuration at these steps, as a configuration of its own. */
export function sourceWithin(source: Source, prefix: Steps): Source {
  return { ...source, place: (steps) => source.place([...prefix, ...steps]) };
}

/** A configuration made of named values, such as flags: `flag: --tier`. */
export function namedSource(kind: string, names: Readonly<Record<string, string>>): Source {
  return {
    quotes: true,
    place(steps) {
      const name = names[steps.slice(0, 2).join('.')] ?? names[String(steps[0])];
      return name === undefined ? kind : `${kind}: ${name}`;
    },
  };
}

/** Keys come from files: control characters and great length have no place in a message. */
function readable(key: string): string {
  const clean = key.replace(/\p{Cc}/gu, '?');
  return clean.length > 80 ? `${clean.slice(0, 79)}…` : clean;
}

/** Freezes plain data all the way down and gives it back. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const object = value as { readonly [key: string]: unknown };
  // The parts first: V8 takes three times as long to go through what is frozen.
  for (const key in object) {
    const item = object[key];
    if (typeof item === 'object') freeze(item);
  }
  return Object.freeze(value);
}

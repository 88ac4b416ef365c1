/** The place of the first thing in a value that JSON cannot carry, such as `data.items[3] (a function)`; undefined when it is plain JSON. */
export function firstNonJson(value: unknown, place = 'data', seen: readonly object[] = []): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${place} (${value})`;
  if (typeof value !== 'object') return `${place} (a ${typeof value})`;
  if (seen.includes(value)) return `${place} (a circle)`;
  const deeper = [...seen, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = firstNonJson(item, `${place}[${index}]`, deeper);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return `${place} (a ${value.constructor?.name ?? 'class instance'})`;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const found = firstNonJson(item, `${place}.${key}`, deeper);
    if (found !== undefined) return found;
  }
  return undefined;
}

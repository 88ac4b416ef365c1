/** Places that a notice names; the rest is counted, since a hostile file can bring any number. */
const MAX_NAMED = 5;

/** The first places of a list, and how many more there are. */
export function namePlaces(places: readonly string[]): string {
  const rest = places.length - MAX_NAMED;
  return places.slice(0, MAX_NAMED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

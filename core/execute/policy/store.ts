import type { Clock } from '../../model/clock.js';
import type { ResourcePolicy } from '../../model/resource.js';
import type { Random } from './backoff.js';
import type { Cockatiel } from './breaker.js';
import type { Resource } from './resource.js';

/** The resources of a runtime, by name. It outlives scans, so that they share limits and breakers; it loads nothing until the first request. */
export class ResourceStore {
  readonly clock: Clock;
  /** The chance in backoffs. */
  readonly random: Random;
  readonly #resources = new Map<string, Resource>();
  #loading: Promise<{ readonly Class: typeof Resource; readonly cockatiel: Cockatiel }> | undefined;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  /** The library behind the policies. */
  async library(): Promise<Cockatiel> {
    return (await this.#load()).cockatiel;
  }

  /** The resource of a name, made when it is asked for first. */
  async get(name: string, policy: ResourcePolicy): Promise<Resource> {
    const { Class, cockatiel } = await this.#load();
    const found = this.#resources.get(name);
    if (found !== undefined) return found;
    const made = new Class(name, policy, this.clock, cockatiel);
    this.#resources.set(name, made);
    return made;
  }

  #load(): Promise<{ readonly Class: typeof Resource; readonly cockatiel: Cockatiel }> {
    this.#loading ??= Promise.all([import('./resource.js'), import('cockatiel')]).then(
      ([module, cockatiel]) => ({ Class: module.Resource, cockatiel }),
      (error: unknown) => {
        // It may have been for want of an open file: the next request tries again.
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }
}

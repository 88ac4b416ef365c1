import type { JsonValue } from '../model/json.js';
import { byPackage, type PackageData, type TargetPackage } from '../model/package.js';
import type { NeedsData, Task, TaskCheck } from '../model/task.js';

/** What the checks of a scan returned, for those that need it. */
export class CheckData {
  readonly #whole = new Map<string, JsonValue | undefined>();
  /** By check and folder. */
  readonly #byPackage = new Map<string, Map<string, PackageData>>();

  /** Keeps what a check of a task returned. */
  keep({ package: item }: Pick<Task, 'package'>, checkId: string, data: JsonValue | undefined): void {
    if (item === undefined) {
      this.#whole.set(checkId, data);
      return;
    }
    const packages = this.#byPackage.get(checkId) ?? new Map<string, PackageData>();
    this.#byPackage.set(checkId, packages);
    packages.set(item.folder, { name: item.name, data });
  }

  /** The data that a check of a task needs, by the names that it gave. */
  needsOf({ package: item }: Pick<Task, 'package'>, { needs }: TaskCheck): NeedsData {
    return Object.fromEntries(Object.entries(needs).map(([name, id]) => [name, this.#of(id, item)]));
  }

  #of(id: string, item: TargetPackage | undefined): JsonValue | undefined {
    const packages = this.#byPackage.get(id);
    if (packages === undefined) return this.#whole.get(id);
    return item === undefined ? byPackage(packages.values()) : packages.get(item.folder)?.data;
  }
}

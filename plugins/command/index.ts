import { definePlugin, type InstanceMeta, type Plugin, ScanError } from 'scanrun';
import command from './checks/command.js';
import { type CommandInput, checkedPattern, optionSchemas } from './options.js';

/** A command: the options of the check, its title (its key and `passes` when absent), and what it asks of its company. */
export type CommandDefinition = CommandInput & InstanceMeta;

/** A plugin whose checks are `command/<key>`. */
export type CommandPlugin<Key extends string> = Plugin<'command', Readonly<Record<Key, typeof command>>>;

/**
 * Makes a check of each command: `commands({ lint: { argv: ['npx', 'eslint', '.', '--format', 'json'], parser: 'eslint-json' } })`
 * brings `command/lint`.
 * @throws ScanError `SR_PLUGIN_INVALID` for a key that is no name of a check, an option that does not exist, or a command
 * without `argv`; `SR_CONFIG_INVALID` for options that do not fit together.
 */
export function commands<Key extends string>(
  definitions: Readonly<Record<Key, CommandDefinition>>,
): CommandPlugin<Key> {
  const checks = Object.entries<CommandDefinition>(definitions).map(([key, definition]) => {
    const { title, estimate, exclusive, changesTree, ...options } = definition;
    const problem = problemOf(options);
    if (problem !== undefined)
      throw new ScanError('SR_PLUGIN_INVALID', `The command '${key}' is not well formed: ${problem}.`, {
        next: `Mend it in commands({ ${key}: ... }).`,
      });
    checkedPattern(options);
    const own = Object.fromEntries(
      Object.entries({ estimate, exclusive, changesTree }).filter(([, value]) => value !== undefined),
    );
    return [key, command.with({ ...own, title: title ?? `${key} passes`, options })] as const;
  });
  return definePlugin({ name: 'command', checks: Object.fromEntries(checks) as Readonly<Record<Key, typeof command>> });
}

/** What a configuration in JavaScript may get wrong; in TypeScript the compiler says so. */
function problemOf(options: CommandInput): string | undefined {
  const { argv } = options as { readonly argv?: unknown };
  if (!Array.isArray(argv) || argv.length === 0 || argv.some((part) => typeof part !== 'string'))
    return "'argv' must be a list of texts, the program first";
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionSchemas, name));
  return unknown === undefined
    ? undefined
    : `there is no option '${unknown}', only title, estimate, exclusive, changesTree, ${Object.keys(optionSchemas).join(', ')}`;
}

/** One command by configuration alone: `command/run`, whose option `argv` says what runs. */
export default definePlugin({ name: 'command', checks: { run: command } });

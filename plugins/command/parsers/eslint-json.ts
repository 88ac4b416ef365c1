import { type Loose, object, parseJson, string } from './json.js';
import { ParserError, type ToolFinding, toolFinding } from './parser.js';

/**
 * Reads what ESLint prints with `--format json`; Biome, Stylelint and others have formatters for it.
 * @throws ParserError for anything else.
 */
export function parseEslintJson(text: string): readonly ToolFinding[] {
  const results = parseJson(text);
  if (!Array.isArray(results))
    throw new ParserError('the output is JSON, but not the array of results that ESLint prints');
  return results.flatMap((item: unknown, index) => {
    const result = object(item);
    const path = string(result?.filePath);
    if (path === undefined || !Array.isArray(result?.messages))
      throw new ParserError(`result ${index + 1} has no filePath or no messages; it is not ESLint's`);
    // What a comment in the file suppresses stands in suppressedMessages, which is left alone.
    return result.messages.map((message: unknown) => fromMessage(path, object(message), index));
  });
}

function fromMessage(path: string, message: Loose | undefined, index: number): ToolFinding {
  if (typeof message?.message !== 'string')
    throw new ParserError(`a message of result ${index + 1} has no text; it is not ESLint's`);
  const { line, column, endLine, endColumn, ruleId, fatal } = message;
  const severity = message.severity === 2 || fatal === true ? 'error' : message.severity === 1 ? 'warning' : 'note';
  return toolFinding({ path, line, column, endLine, endColumn, message: message.message, rule: ruleId, severity });
}

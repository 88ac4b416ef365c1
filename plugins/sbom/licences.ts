import { expressionTest, MAX_LICENCE, saysNone } from '../licences.js';
import type { CycloneDx } from './bom.js';
import type { BillInputs } from './inputs.js';

/**
 * Reads licences: an identifier of SPDX, an expression, or, for everything else, a name. What is nearly an identifier is
 * taken for it, as the check `npm/licences` does: `Apache 2.0` is `Apache-2.0`.
 */
export async function licenceReader({ Models, SPDX, Enums }: CycloneDx): Promise<BillInputs['licenceOf']> {
  const { default: correct } = await import('spdx-correct');
  const isExpression = await expressionTest();
  return (text) => {
    const known = text.trim();
    const isNear = known.length <= 100 && !saysNone(known);
    const written =
      known.length > MAX_LICENCE || isExpression(known) || !isNear
        ? known
        : (correct(known, { upgrade: false }) ?? known);
    const id = SPDX.isSupportedSpdxId(written) ? written : undefined;
    const licence =
      id !== undefined
        ? new Models.SpdxLicense(id)
        : known.length <= MAX_LICENCE && isExpression(written)
          ? new Models.LicenseExpression(written)
          : new Models.NamedLicense(known);
    // It is what the author wrote; nobody has looked whether it is so.
    licence.acknowledgement = Enums.LicenseAcknowledgement.Declared;
    return licence;
  };
}

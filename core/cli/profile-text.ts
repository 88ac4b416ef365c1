import type { ResolvedConfig } from '../config/resolve.js';

/** Says which profile was asked for and by whom, and who set the tier: `Profile security (flag): ...`. */
export function profileText(
  profile: NonNullable<ResolvedConfig['profile']>,
  tier: string,
  origins: ResolvedConfig['origins'],
): string {
  const title = profile.title === undefined ? '' : `: ${profile.title}`;
  return `Profile ${profile.name} (set by ${origins.get('profile')})${title}; tier ${tier} (set by ${origins.get('tier')})`;
}

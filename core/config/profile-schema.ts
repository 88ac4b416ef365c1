const filter = { type: 'string', pattern: '\\S', title: "a filter, such as 'npm' or 'category:security'" } as const;

/** What `profiles` may contain. What a profile shares with a configuration is stated there, once. */
export const profilesSchema = {
  type: 'object',
  title: 'an object with profiles by name',
  description: 'Named emphases over a tier, which --profile chooses.',
  additionalProperties: {
    type: 'object',
    title: 'an object with the settings of a profile',
    properties: {
      title: { type: 'string', pattern: '\\S', title: 'a title' },
      tier: { $ref: '#/properties/tier' },
      tiers: { $ref: '#/properties/tiers' },
      concurrency: { $ref: '#/properties/concurrency' },
      include: { type: 'array', title: 'a list of filters', items: filter },
      exclude: { type: 'array', title: 'a list of filters', items: filter },
      plugins: { $ref: '#/properties/plugins' },
      checks: { $ref: '#/properties/checks' },
      gate: { $ref: '#/properties/gate' },
    },
    additionalProperties: false,
  },
} as const;

/** The package.json of a package of one module that is ready to be published: the checks of `npm` find nothing in it. */
export const publishable = {
  name: 'good',
  version: '1.0.0',
  type: 'module',
  license: 'MIT',
  engines: { node: '>=20' },
  files: ['index.js'],
  exports: './index.js',
  sideEffects: false,
};

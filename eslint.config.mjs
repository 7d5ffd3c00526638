import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Who may import whom, by the scope tags in each package.json; docs/architecture.md has the table in words. */
const mayImport = {
  kernel: [],
  openssh: ['kernel'],
  policy: ['kernel', 'openssh'],
  hosts: ['kernel', 'openssh', 'policy'],
  issuance: ['kernel', 'openssh', 'policy'],
  contract: ['kernel'],
  signer: ['kernel', 'openssh', 'issuance'],
  storage: ['kernel', 'openssh', 'policy', 'issuance'],
  testkit: ['kernel', 'openssh', 'policy', 'issuance', 'contract', 'signer', 'storage'],
  api: ['kernel', 'openssh', 'policy', 'hosts', 'issuance', 'contract', 'signer', 'storage'],
  cli: ['kernel', 'openssh', 'contract'],
  // A script on hosts; its tests run a real sshd.
  host: ['testkit'],
  test: [
    'kernel',
    'openssh',
    'policy',
    'hosts',
    'issuance',
    'contract',
    'signer',
    'storage',
    'testkit',
    'api',
    'cli',
  ],
};

/** npm packages that a scope may use; the rest may use any. */
const npmPackages = {
  kernel: [],
  openssh: ['sshpk'],
  policy: [],
  hosts: [],
  issuance: [],
  contract: ['zod'],
};

/** The boundary rule; tests of a library may use `more` npm packages beside the library's own. */
function boundaries(more) {
  return [
    'error',
    {
      enforceBuildableLibDependency: false,
      banTransitiveDependencies: false,
      allow: [],
      depConstraints: Object.entries(mayImport).map(([scope, targets]) => ({
        sourceTag: `scope:${scope}`,
        onlyDependOnLibsWithTags: targets.map((target) => `scope:${target}`),
        ...(scope in npmPackages ? { allowedExternalImports: [...npmPackages[scope], ...more] } : {}),
      })),
    },
  ];
}

const domain = ['kernel', 'openssh', 'policy', 'hosts', 'issuance'];

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/out',
      '**/coverage',
      'libs/storage/src/generated',
      'test/vectors',
      'test/boundaries/canary',
      'node_modules',
      '.nx',
    ],
  },
  { files: ['**/*.mjs', '**/*.js'], rules: { 'no-undef': 'off' } },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked, prettier],
    plugins: { '@nx': nx },
    // One program for all of it: each project of its own would work the same types out again.
    languageOptions: {
      parserOptions: { project: './tsconfig.eslint.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries([]),
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // What takes part in closures here carries no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/boundaries/canary/*.ts'],
    languageOptions: { parserOptions: { project: './test/boundaries/canary/tsconfig.json' } },
  },
  {
    // Nest reads constructor parameter types at run time: a type-only import there would break injection.
    files: ['apps/api/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: domain.map((scope) => `libs/${scope}/src/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^node:(?!crypto$)', message: 'Domain libraries use no Node built-in but node:crypto.' },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock as an argument.' },
        { object: 'Math', property: 'random', message: 'Take RandomBytes as an argument.' },
      ],
    },
  },
  { files: ['libs/kernel/src/clock.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    // sshpk is read where keys and signatures are; the certificate codec is our own.
    files: ['libs/openssh/src/!(key)/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'sshpk', message: 'sshpk is used in key/ only.' }],
          patterns: [
            { regex: '^node:(?!crypto$)', message: 'Domain libraries use no Node built-in but node:crypto.' },
          ],
        },
      ],
    },
  },
  {
    files: ['libs/*/test/**/*.ts', 'apps/*/test/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['fast-check']) },
  },
  {
    // expect.any() and its like are typed `any`.
    files: ['test/**/*.ts', '**/test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);

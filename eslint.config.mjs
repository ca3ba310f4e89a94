import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Rules that carry a decision of doc/design.md say so in their message. */
const noMachineTime = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Time comes from the Clock port (services/model/clock.ts); see doc/design.md "Time".',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from the Clock port (services/model/clock.ts); see doc/design.md "Time".',
  },
];

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**', 'build/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'smart'],
    },
  },
  {
    files: ['bot/**/*.ts', 'services/**/*.ts', 'cards/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...noMachineTime,
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message:
            'Throw a RewindError with a code from services/model/errors.ts, so that a person is told what to do next.',
        },
      ],
    },
  },
  {
    // The embedded store is a database of its own and knows nothing of the product, its clock or its errors.
    files: ['services/store/embedded/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs', 'bot/terminal/**', 'sandbox/**', 'test/**', 'manifest/**'],
    rules: { 'no-console': 'off' },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    files: ['sandbox/teams/page/**/*.js', 'test/browser/in-page.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'window',
          'Node',
          'getComputedStyle',
          'document',
          'fetch',
          'EventSource',
          'navigator',
          'location',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'console',
          'URL',
          'URLSearchParams',
          'localStorage',
          'AdaptiveCards',
          'markdownit',
          'HTMLElement',
          'requestAnimationFrame',
          'matchMedia',
          'history',
        ].map((n) => [n, 'readonly']),
      ),
    },
  },
);

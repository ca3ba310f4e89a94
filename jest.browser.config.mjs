import base from './jest.config.mjs';

/** The tests that need Chromium (CHROMIUM, default /usr/bin/chromium); run by .ci/run after the build. */
export default {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 240000,
  maxWorkers: 1,
};

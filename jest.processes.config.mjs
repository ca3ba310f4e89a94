import base from './jest.config.mjs';

/** Real processes, killed and paused at every step; minutes rather than seconds. Run by .ci/run after the build. */
export default {
  ...base,
  roots: ['<rootDir>/test/processes'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 300000,
  maxWorkers: 1,
};

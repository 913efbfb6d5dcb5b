const swc = [
  "@swc/jest",
  {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "es6" },
    sourceMaps: "inline",
  },
];

/** These run the built app in processes of its own. */
const BUILT = { globalSetup: "<rootDir>/tests/support/build.mjs" };

/** One project a kind of proof; `npm test` runs the first three, `npm run test:crash` the last. */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  ...extra,
  testMatch,
  rootDir: ".",
  testEnvironment: "node",
  transform: { "^.+\\.ts$": swc },
  extensionsToTreatAsEsm: [".ts"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.data/", "<rootDir>/.nodes/"],
});

export default {
  // Everything runs in memory or on 127.0.0.1; two workers are what the smallest supported machine has.
  maxWorkers: 2,
  testTimeout: 60_000,
  coverageProvider: "v8",
  coverageThreshold: { "./src/domain/": { lines: 100, branches: 100 } },
  collectCoverageFrom: ["src/domain/**/*.ts", "!src/domain/clock.ts"],
  projects: [
    project("unit", [
      "<rootDir>/tests/{unit,orchestrators,replay,property,regressions}/**/*.test.ts",
    ]),
    project("contract", ["<rootDir>/tests/contract/**/*.test.ts"], BUILT),
    project("e2e", ["<rootDir>/tests/e2e/**/*.test.ts"], BUILT),
    project("crash", ["<rootDir>/tests/crash/**/*.test.ts"], BUILT),
  ],
};

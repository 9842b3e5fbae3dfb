import { defineConfig } from 'vite';

// Two pages, one build. The names of all assets hold a hash of their content, so that
// they can be cached for ever. What is written depends on the sources alone: CI builds
// again and compares.
export default defineConfig({
  appType: 'mpa',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: 'build',
    target: 'es2022',
    assetsInlineLimit: 0, // files, so that the policy of the pages needs no data: for scripts and styles
    modulePreload: { polyfill: false },
    license: { fileName: 'assets/licenses.md' },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 3000, // Monaco is 2.8 MB
    rolldownOptions: {
      input: { start: 'index.html', console: 'graphiql/index.html' },
      // What others wrote goes into chunks of its own, so that these keep their names,
      // and caches and the repository their copies, when our few lines change.
      output: { codeSplitting: { groups: [{ name: 'graphiql', test: /node_modules\/(?!preact)/, tags: ['$initial'] }] } },
      checks: { moduleLevelDirective: false }, // "use client" means nothing here
    },
  },
});

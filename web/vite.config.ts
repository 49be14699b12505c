import { defineConfig } from 'vite'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Nothing may be inlined as data: or script: the page runs under a strict CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre alone is above Vite's warning line; it is a chunk of its own.
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      input: { index: 'index.html', components: 'components.html' },
      output: {
        // MapLibre's worker keeps a plain .js name: not every server knows what .mjs is.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules[\\/]maplibre-gl.*\.mjs$/ }] },
      },
    },
  },
  test: { environment: 'node', reporters: ['dot'], include: ['tests/**/*.test.{ts,tsx}'] },
} as Parameters<typeof defineConfig>[0])

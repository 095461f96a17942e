import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { publicPages } from './landing/public-pages.ts';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), publicPages()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The content security policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    // The licences of what is in the static files, beside them.
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: { '/api': process.env.API_URL ?? 'http://127.0.0.1:3000' } },
});

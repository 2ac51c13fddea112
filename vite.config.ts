import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { adoptStyles } from './scripts/adopt-styles.ts'
import { leaveOut } from './scripts/leave-out.ts'

export default defineConfig({
  plugins: [react(), tailwindcss(), adoptStyles(), leaveOut()],
  build: {
    target: 'es2023',
    // The content security policy allows files of our own origin, not data: addresses.
    assetsInlineLimit: 0,
    // What counts is the size that travels: the bundle budget of `npm run check` looks at that.
    chunkSizeWarningLimit: 700,
    // What every visit needs is one file: cut up by who else needs which part of it, each piece costs headers and compresses worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', tags: ['$initial'] }] } } },
  },
})

import { defineConfig } from 'vitest/config'
import { ClosingLine } from './tests/support/closing-line.ts'

const node = (name: string, timeout: number) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    environment: 'node' as const,
    testTimeout: timeout,
    hookTimeout: 60_000,
  },
})

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    silent: 'passed-only',
    projects: [
      node('domain', 10_000),
      node('scripts', 10_000),
      node('database', 30_000),
      node('simulator', 30_000),
      node('worker', 60_000),
      node('simulation', 120_000),
      node('planted-bugs', 180_000),
      node('edge', 30_000),
      node('api', 180_000),
      node('tenancy', 180_000),
      {
        extends: './vite.config.ts',
        test: {
          name: 'dashboard',
          include: ['tests/dashboard/**/*.test.{ts,tsx}'],
          environment: 'jsdom' as const,
          testTimeout: 20_000,
        },
      },
      node('e2e', 180_000),
    ],
  },
})

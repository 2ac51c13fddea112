import type { Mark } from './story.ts'

/** A block that the test of the pages does not run, by the page and the first command of it. */
export type NotRun = { page: string; command: string } & (
  | { mark: Exclude<Mark, 'covered' | 'start'>; reason: string }
  /** Another file runs that command: `by` is its path, `names` a text in it that says so. */
  | { mark: 'covered'; by: string; names: string }
)

/** Every block of the pages that is not run by `docs-commands.test.ts`, with the reason. */
export const NOT_RUN_HERE: readonly NotRun[] = [
  { page: 'README.md', command: 'npm ci && npm test', mark: 'covered', by: '.ci/run', names: 'npm ci && npm test' },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'npm run deploy:check -- --env production.env --only configuration',
    mark: 'account',
    reason: 'needs settings of a real project, which only who deploys has',
  },
  { page: 'docs/how-to/deploy-to-production.md', command: 'npx supabase login', mark: 'account', reason: 'needs an account at Supabase' },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'export DASHBOARD_ORIGIN=https://console.example.com',
    mark: 'account',
    reason: 'pushes to a project at Supabase',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'npm run --silent deploy:check -- --env production.env --print function > function.env',
    mark: 'account',
    reason: 'sets secrets of a project at Supabase',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'apt install caddy nftables git',
    mark: 'vps',
    reason: 'sets up the machine of the worker, as root',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command:
      "npm run --silent deploy:check -- --env production.env --print worker | ssh root@worker.example.com 'umask 077; cat > /etc/latchkey/worker.env'",
    mark: 'vps',
    reason: 'writes to the machine of the worker',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'install -m 644 ops/caddy/Caddyfile /etc/caddy/Caddyfile',
    mark: 'vps',
    reason: 'puts a proxy and a firewall before the worker, as root',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'ufw default deny incoming',
    mark: 'vps',
    reason: 'changes the firewall of the machine, as root',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'npm run --silent deploy:check -- --env production.env --print dashboard > dist/config.json',
    mark: 'account',
    reason: 'needs settings of a real project, which only who deploys has',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: 'with owner as (',
    mark: 'covered',
    by: 'tests/scripts/deploy-guide.test.ts',
    names: 'the first owner, as the page founds one',
  },
  {
    page: 'docs/how-to/deploy-to-production.md',
    command: "DATABASE_URL='postgresql://…' npm run deploy:check -- --env production.env --online",
    mark: 'account',
    reason: 'asks a project at Supabase',
  },
  {
    page: 'docs/how-to/rotate-keys.md',
    command:
      "npm run --silent deploy:check -- --env production.env --print worker | ssh root@worker.example.com 'umask 077; cat > /etc/latchkey/worker.env'",
    mark: 'vps',
    reason: 'writes to the machine of the worker',
  },
  {
    page: 'docs/how-to/rotate-keys.md',
    command: 'npm run --silent deploy:check -- --env production.env --print function > function.env',
    mark: 'account',
    reason: 'sets secrets of a project at Supabase',
  },
  {
    page: 'docs/how-to/rotate-keys.md',
    command: 'npm run deploy:check -- --env production.env --only configuration',
    mark: 'account',
    reason: 'needs settings of a real project, which only who deploys has',
  },
]

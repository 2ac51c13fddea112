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
    page: 'docs/how-to/run-several-workers.md',
    command: 'npm run move-to-database -- --data /var/lib/latchkey --dry-run',
    mark: 'covered',
    by: 'tests/worker/move-to-database.test.ts',
    names: "stage.move({}, '--dry-run')",
  },
  {
    page: 'docs/how-to/run-several-workers.md',
    command:
      'systemd-run --pipe --wait --uid=latchkey --working-directory=/opt/latchkey --property=EnvironmentFile=/etc/latchkey/worker.env --property=LoadCredential=latchkey-master-keys:/etc/latchkey/master-keys --setenv=WORKER_LEDGER=/var/lib/latchkey-ledger/cleared.jsonl /usr/bin/node scripts/move-to-database.ts --data /var/lib/latchkey',
    mark: 'vps',
    reason: 'runs as the user of the worker on its machine, by systemd',
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
  {
    page: 'docs/how-to/backup-and-restore.md',
    command:
      'pg_dump --format=custom --no-owner --schema=public --schema=private --schema=auth --schema=supabase_migrations --file=database-of-today "$DATABASE_URL"',
    mark: 'vps',
    reason: 'needs the programs of Postgres, which the packages of this project do not bring',
  },
  {
    page: 'docs/how-to/backup-and-restore.md',
    command: 'npm run restore -- --from backup-of-today --data /var/lib/latchkey --ledger /var/lib/latchkey-ledger/cleared.jsonl',
    mark: 'covered',
    by: 'tests/worker/backup-restore.test.ts',
    names: "script('restore', '--from', backup, '--data', data, '--ledger', ledger)",
  },
  {
    page: 'docs/how-to/backup-and-restore.md',
    command: 'pg_restore --clean --if-exists --no-owner --dbname="$DATABASE_URL" database-of-today',
    mark: 'vps',
    reason: 'needs the programs of Postgres, and would replace the database of the demo',
  },
  {
    page: 'docs/how-to/run-with-systemd.md',
    command: 'install -m 644 ops/systemd/latchkey.sysusers.conf /etc/sysusers.d/latchkey.conf',
    mark: 'vps',
    reason: 'makes a user and services of the machine, as root',
  },
  {
    page: 'docs/how-to/run-with-systemd.md',
    command: 'cd /opt/latchkey && sudo -u latchkey env WORKER_DATA=/var/lib/latchkey npm run doctor',
    mark: 'vps',
    reason: 'asks a worker that runs as a service of another machine',
  },
  {
    page: 'docs/how-to/run-with-systemd.md',
    command: 'install -d -o latchkey -g latchkey -m 700 /var/backups/latchkey',
    mark: 'vps',
    reason: 'starts a timer of the machine, as root',
  },
  {
    page: 'docs/how-to/run-in-containers.md',
    command: 'cd ops/container',
    mark: 'vps',
    reason: 'makes a key for a container, and no engine runs where this does',
  },
  {
    page: 'docs/how-to/run-in-containers.md',
    command: 'WORKER_DOMAIN=worker.example.com docker compose up --build --detach',
    mark: 'vps',
    reason: 'no container engine runs where this does',
  },
  {
    page: 'docs/how-to/run-in-containers.md',
    command: 'docker compose exec worker node scripts/backup.ts --to /tmp/backup',
    mark: 'vps',
    reason: 'no container engine runs where this does',
  },
  {
    page: 'docs/how-to/run-several-workers.md',
    command: "npx supabase secrets set WORKER_URL='https://{worker}.workers.example.com'",
    mark: 'account',
    reason: 'sets secrets of a project at Supabase',
  },
  {
    page: 'docs/how-to/upgrade-and-roll-back.md',
    command: 'npm run migrate -- status --database-url "$DATABASE_URL"',
    mark: 'covered',
    by: 'tests/database/migrate.test.ts',
    names: "migrate('status')",
  },
  {
    page: 'docs/how-to/upgrade-and-roll-back.md',
    command: 'npm run migrate -- up --database-url "$DATABASE_URL"',
    mark: 'covered',
    by: 'tests/database/migrate.test.ts',
    names: "migrate('up')",
  },
  {
    page: 'docs/how-to/upgrade-and-roll-back.md',
    command: 'npm run migrate -- down --to 20260101001800 --database-url "$DATABASE_URL"',
    mark: 'covered',
    by: 'tests/database/migrate.test.ts',
    names: "migrate('down', '--to'",
  },
]

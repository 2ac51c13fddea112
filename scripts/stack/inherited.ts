/** What a program needs of the environment to run at all: where programs, homes and temporary files are, in which language, whom to trust. */
const NEEDED = new RegExp(
  [
    'PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|TMP|TEMP|LD_LIBRARY_PATH|XDG_[A-Z_]+|DENO_DIR',
    'SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS',
    'SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|OS',
    'PROCESSOR_ARCHITECTURE|NUMBER_OF_PROCESSORS',
  ]
    .map((names) => `^(?:${names})$`)
    .join('|'),
  'i',
)

/** The environment for a child: of ours only that, so that no key in somebody's shell reaches a process which has no use for it. */
export function inherited(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && NEEDED.test(entry[0]))
  return Object.fromEntries(entries)
}

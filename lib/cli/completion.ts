/** `rollcall completion bash|zsh|fish`: made from the very commands and options that there are. */
import { Argument, Command } from 'commander'
import { folded } from './help.ts'
import { print } from './print.ts'

const HELP = `
Examples:
  rollcall completion bash > ~/.local/share/bash-completion/completions/rollcall
  rollcall completion zsh > "\${fpath[1]}/_rollcall"
  rollcall completion fish > ~/.config/fish/completions/rollcall.fish`

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

interface Words {
  /** As it is typed: `token create`. */
  readonly path: string
  readonly description: string
  readonly options: readonly { readonly flag: string; readonly description: string; readonly takesValue: boolean }[]
  readonly commands: readonly Words[]
  /** What an argument may be, where that is a choice. */
  readonly choices: readonly string[]
}

export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('print what makes a shell complete the command')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', folded(HELP))
    .action((shell: Shell) => print(SCRIPTS[shell](wordsOf(program, ''))))
}

const SCRIPTS: Record<Shell, (words: Words) => string> = { bash, zsh, fish }

function wordsOf(command: Command, path: string): Words {
  const options = command.options.filter(({ hidden }) => !hidden)
  return {
    path,
    description: command.description(),
    options: [
      ...options.map(({ long, description, required }) => ({ flag: long ?? '', description, takesValue: required })),
      { flag: '--help', description: 'show the options and examples', takesValue: false },
    ],
    commands: command.commands.map((each) => wordsOf(each, `${path} ${each.name()}`.trim())),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }
}

function flatten(words: Words): Words[] {
  return [words, ...words.commands.flatMap(flatten)]
}

/** Behind "--" stands a command of its own: its words are completed as files. */
function bash(root: Words): string {
  const cases = flatten(root).map(({ path, commands, choices, options }) => {
    const names = commands.map((each) => each.path.split(' ').at(-1))
    const words = [...names, ...choices, ...options.map(({ flag }) => flag)]
    return `    '${path}') words='${words.join(' ')}' ;;`
  })
  const known = flatten(root).map(({ path }) => `'${path}'`)
  return `_rollcall() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' words='' word next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ "$word" = -- ]; then COMPREPLY=($(compgen -c -f -- "$current")); return; fi
    next="\${path:+$path }$word"
    case "$next" in ${known.slice(1).join(' | ')}) path=$next ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _rollcall rollcall`
}

function zsh(root: Words): string {
  const entry = (name: string, description: string) => `'${escaped(`${name.replaceAll(':', '\\:')}:${description}`)}'`
  const cases = flatten(root).map(({ path, commands, choices, options }) => {
    const names = [
      ...choices.map((choice) => entry(choice, '')),
      ...commands.map((each) => entry(each.path.split(' ').at(-1) ?? '', each.description)),
    ]
    const flags = options.map(({ flag, description }) => entry(flag, description))
    return `    '${path}') names=(${names.join(' ')}); flags=(${flags.join(' ')}) ;;`
  })
  const known = flatten(root).map(({ path }) => `'${path}'`)
  return `#compdef rollcall
_rollcall() {
  local path_='' next word
  local -a names flags
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    if [[ $word == -- ]]; then _command_names; _files; return; fi
    next="\${path_:+$path_ }$word"
    case "$next" in (${known.slice(1).join('|')}) path_=$next ;; esac
  done
  case "$path_" in
${cases.join('\n')}
  esac
  # With -o only what begins with a dash is offered.
  if [[ $PREFIX == -* ]]; then _describe -o option flags
  elif (( $#names )); then _describe command names
  else _files; fi
}
compdef _rollcall rollcall`
}

function fish(root: Words): string {
  const lines = [
    'complete -c rollcall -n __fish_use_subcommand -f',
    "complete -c rollcall -n 'contains -- -- (commandline -opc)' -a '(__fish_complete_command)'",
  ]
  for (const { path, commands, choices, options } of flatten(root)) {
    const names = path.split(' ').filter(Boolean)
    const where =
      names.length === 0
        ? '__fish_use_subcommand'
        : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ')
    if (choices.length > 0) lines.push(`complete -c rollcall -n '${where}' -f -a '${choices.join(' ')}'`)
    for (const each of commands) {
      lines.push(
        `complete -c rollcall -n '${where}' -f -a ${each.path.split(' ').at(-1)} -d '${escaped(each.description)}'`,
      )
    }
    for (const { flag, description, takesValue } of options) {
      lines.push(
        `complete -c rollcall -n '${where}' -l ${flag.slice(2)}${takesValue ? ' -r' : ''} -d '${escaped(description)}'`,
      )
    }
  }
  return lines.join('\n')
}

function escaped(text: string): string {
  return text.replaceAll("'", "'\\''")
}

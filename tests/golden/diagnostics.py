#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""diagnostics.py MAN-PAGE SOURCE...: compares the DIAGNOSTICS section of a man page with the messages in the code.

A message is the format string of a call in CALLS, in its template where TEMPLATES has one, or of a log call at warning
or error level. The man page names each in a paragraph of its own:

    .TP
    .B "message with \\fIPLACEHOLDER\\fB for each conversion"
    What it means. What to do.

(.TQ instead of .TP begins a further message with the same explanation.) The reason that a function returns by the output
`ret_why`, or keeps in a variable `why`, is a message, too. Both are compared with every conversion and every placeholder as one wildcard. A format that is nothing but
conversions carries no message of its own. A message of a helper in a header (marked EVPN_UNUSED) counts if one of the other
sources calls the helper. A differing message is printed with "+" (in the code alone, with file and
line) or "-" (in the man page alone); then the exit status is 1.
"""
import re
import sys

# Functions whose message reaches the log at warning level or above, or a terminal as an error.
CALLS = ['evpn_fail', 'evpn_wrap', 'log_warning', 'log_error', 'report_fault', 'config_problem', 'config_errors_add',
         'plan_add_problem', 'reloader_log', 'child_fail', 'client_answer_text', 'PROBLEM', 'WARNING',
         'FAULT', 'REFUSE', 'warn', 'explain', 'guard_say', 'queue_say']
# Functions that put a text of their own around the message.
TEMPLATES = {
    'config_problem_value': '%s: expected {}, found %s',
    'config_problem_unusable': '%s: %s {}',
    'fail_quoting': '%s %s {}',
    'pause_after': '%s watch %s {}; it is started again, after pauses of up to 60 s, and changes may go unnoticed meanwhile',
    'restore_fail': "FRR's former configuration could not be restored{}",
}
LEVELS = ['EVPN_LOG_WARNING', 'EVPN_LOG_ERROR']
CALL = re.compile(r'(?<![A-Za-z_])(?:' + '|'.join(CALLS + list(TEMPLATES)) + r'|(?:[a-z_]+->)*log|[a-z_]*log)\s*\(')
REASON = re.compile(r'(?<![A-Za-z_])(?:\*ret_why|why) = (?=")')
HELPER = re.compile(r'^static EVPN_UNUSED int (\w+)\(.*?^}$', flags=re.S | re.M)
WILDCARD = '*'


def call_args(text, start):
    """The arguments of a call as texts; `start` is behind its opening parenthesis."""
    args, depth, begin, i = [], 0, start, start
    while i < len(text):
        c = text[i]
        if c == '"' or c == "'":
            end = i + 1
            while text[end] != c:
                end += 2 if text[end] == '\\' else 1
            i = end
        elif c in '([{':
            depth += 1
        elif c in ')]}':
            if depth == 0:
                args.append(text[begin:i])
                return args
            depth -= 1
        elif c == ',' and depth == 0:
            args.append(text[begin:i])
            begin = i + 1
        i += 1
    return args


def literal(arg):
    """The text of adjacent string literals (macros between them, as PRIu64, count as a conversion); None: it is none."""
    arg = arg.strip()
    if not arg.startswith('"'):
        return None
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(\S)', arg)
    out = ''
    for text, word, other in pieces:
        if other:
            return None
        out += text if not word else ('' if word.startswith('PRI') else WILDCARD)
    return out.replace('\\n', ' ').replace('\\"', '"').replace('\\\\', '\\').replace('\\t', ' ')


def normal(text):
    text = re.sub(r'%%', '\0', text)
    text = re.sub(r'%[-+ #0]*[0-9]*(?:\.(?:[0-9]+|\*))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]?', WILDCARD, text)
    text = text.replace('\0', '%')
    text = re.sub(r'\*(?:\s*\*)+', WILDCARD, text)
    return re.sub(r'\s+', ' ', text).strip()


def source(path):
    """Its text with blanks in place of comments."""
    with open(path, encoding='utf-8') as f:
        return re.sub(r'/\*.*?\*/', lambda m: re.sub(r'[^\n]', ' ', m.group()), f.read(), flags=re.S)


def without_unused(text, others):
    """The text with blanks in place of helpers that none of the others calls."""
    def blank(match):
        used = any(re.search(r'\b' + match.group(1) + r'\(', other) for other in others)
        return match.group() if used else re.sub(r'[^\n]', ' ', match.group())
    return HELPER.sub(blank, text)


def code_messages(path, text):
    templates = [normal(template.replace('{}', '%s')) for template in TEMPLATES.values()]
    for call in CALL.finditer(text):
        args = call_args(text, call.end())
        name = call.group()[:-1].strip()
        if name not in CALLS + list(TEMPLATES) and not any(level in arg for arg in args for level in LEVELS):
            continue
        for arg in args:
            message = literal(arg)
            if message is not None:
                break
        else:
            continue
        # evpn_wrap puts its text in front of a message.
        message += '%s' if name == 'evpn_wrap' else ''
        message = normal(TEMPLATES.get(name, '{}').replace('{}', message))
        # A template is listed by the calls that fill it.
        if re.search(r'[A-Za-z]', message) and message not in templates:
            yield message, f'{path}:{text.count(chr(10), 0, call.start()) + 1}'
    for reason in REASON.finditer(text):
        message = normal(literal(text[reason.end():text.index(';\n', reason.end())]))
        if re.search(r'[A-Za-z]', message):
            yield message, f'{path}:{text.count(chr(10), 0, reason.start()) + 1}'


def man_messages(path):
    with open(path, encoding='utf-8') as f:
        section = re.search(r'^\.SH DIAGNOSTICS$(.*?)(?=^\.SH |\Z)', f.read(), flags=re.S | re.M)
    for line in re.findall(r'^\.T[PQ]\n\.B "?(.*?)"?$', section.group(1) if section else '', flags=re.M):
        line = re.sub(r'\\fI.*?\\f[BRP]', WILDCARD, line)
        for escape, char in [('""', '"'), (r'\-', '-'), (r'\(aq', "'"), (r'\(dq', '"'), (r'\(ga', '`'), (r'\e', '\\'),
                             (r'\&', ''), ('%', '%%')]:
            line = line.replace(escape, char)
        yield normal(line)


def main():
    in_code = {}
    sources = {path: source(path) for path in sys.argv[2:]}
    for path, text in sources.items():
        others = [other for name, other in sources.items() if name != path]
        for message, where in code_messages(path, without_unused(text, others)):
            in_code.setdefault(message, where)
    in_man = list(man_messages(sys.argv[1]))
    twice = sorted({m for m in in_man if in_man.count(m) > 1})
    for message in sorted(set(in_code) - set(in_man)):
        print(f'+ {in_code[message]}: {message}')
    for message in sorted(set(in_man) - set(in_code)):
        print(f'- {sys.argv[1]}: {message}')
    for message in twice:
        print(f'2 {sys.argv[1]}: {message}')
    print(f'{sys.argv[1]}: {len(in_code)} messages in the code, {len(in_man)} in the man page')
    return set(in_code) != set(in_man) or bool(twice) or not in_code


if __name__ == '__main__':
    sys.exit(main())

/**
 * What ssh runs before it offers a role's certificate: `sh check <organization's handle> <role's handle> [agent]`, 0 where the
 * certificate beside it is good. No Node and no network as long as it is; ssh has given it no standard input and no standard
 * output, and shows what it says on standard error. `sh check look` is never 0: it is run for names that mean nothing yet.
 *
 * The certificate's own first line says from when on to renew it, when it ends, and how long its second line is: one file, so
 * that a certificate that was put there by hand, or cut short, is seen to be none of ours. `read`, `[` and arithmetic are all
 * inside the shell; `date` is the one program it starts and waits for, where ssh-agent is none of its matters.
 */
export const checkScript = `#!/bin/sh
# Part of writ: says whether the certificate of a role is good, and has it renewed where it is not.
# Written anew by \`writ login\`; taken away by \`writ logout\`.
here=\${0%/*}
file=$here/certificates/$1-$2-cert.pub
PATH=\${PATH:+\$PATH:}/usr/bin:/bin
now=$(date +%s)

# Numbers of the shell's own: what is no number is 0.
number() {
  case $1 in
    '' | *[!0-9]* | ????????????*) number=0 ;;
    *) number=$1 ;;
  esac
}

# True while a file says that there is no use in trying; says why, once for what ssh asks in one go.
pointless() {
  said='' until='' words=''
  { IFS=' ' read -r said until && IFS= read -r words; } 2>/dev/null <"$1" || return 1
  number "$until"
  [ "$now" -lt "$number" ] || return 1
  [ "$2" = say ] || return 0
  number "$said"
  [ "$now" -ge "$number" ] && [ $((now - number)) -lt 3 ] && return 0
  echo "writ: $words" >&2
  printf '%s %s\\n%s\\n' "$now" "$until" "$words" 2>/dev/null >"$1"
  return 0
}

# Runs \`writ\` as it was at \`writ login\`, whatever PATH and the environment are now.
writ() {
  { read -r node && read -r writ && read -r home && read -r configuration && read -r state; } 2>/dev/null <"$here/command"
  if ! [ -x "$node" ] || ! [ -f "$writ" ]; then
    echo "writ: it is not where it was at the last \\\`writ login\\\`; sign in again" >&2
    return 1
  fi
  NODE_OPTIONS='' HOME=$home XDG_CONFIG_HOME=$configuration XDG_STATE_HOME=$state "$node" "$writ" ssh-config "$@"
}

# The same behind everybody's back. In a shell of its own: for as long as a function has its standard error elsewhere some shells keep
# the one before, and who reads that would wait.
later() {
  (writ "$@") >/dev/null 2>&1 </dev/null &
}

mark='' renew=0 end=0 length=0 certificate=''
{ IFS=' ' read -r _ mark renew end length && IFS= read -r certificate; } 2>/dev/null <"$file"
number "$renew" && renew=$number
number "$end" && end=$number
[ "$mark" = writ-1 ] && [ "\${#certificate}" = "$length" ] || renew=0 end=0

# Where ssh-agent is to have it too: true if it has, or if there is none. The file's time says when it was used.
held() {
  [ "$1" = agent ] || return 0
  touch -c "$file" 2>/dev/null
  keys=$(ssh-add -L 2>/dev/null)
  [ $? -ne 2 ] || return 0
  blob=\${certificate#* }
  case $keys in
    *"\${blob%% *}"*) return 0 ;;
  esac
  return 1
}

# What is new is asked every ten minutes in which ssh is used, while nobody waits: a host that has joined, one that was revoked, a
# certificate that was.
look() {
  looked=0
  { IFS= read -r looked; } 2>/dev/null <"$here/looked"
  number "$looked"
  [ "$now" -ge "$number" ] && [ $((now - number)) -lt 600 ] && return
  pointless "$here/ended" quietly && return
  # Who writes it down asks.
  printf '%s\\n' "$now" 2>/dev/null >"$here/looked" || return
  later refresh
}

if [ "$1" = look ]; then
  look
  exit 1
fi
if [ "$now" -lt "$renew" ]; then
  # The file is good, whatever the agent says.
  held "$3" || writ renew "$1" "$2" </dev/null
  look
  exit 0
fi
if [ $((now + 20)) -lt "$end" ]; then
  # Still good: nobody waits for the next one.
  pointless "$here/ended" quietly || pointless "$file.trouble" quietly || later renew "$1" "$2"
  exit 0
fi
pointless "$here/ended" say && exit 1
pointless "$file.trouble" say && exit 1
writ renew "$1" "$2"
`;

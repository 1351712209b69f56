# SPDX-License-Identifier: Apache-2.0
# quadlet.awk - a systemd unit from one of our quadlets (FILE.container), for podman before 5.3: as podman's generator makes it, but only
# for the keys that our files use; another key is an error. evpnd-setup(8) runs it.
function add(word) { options = options " \\\n\t" word }
function each(prefix, list,    words, i, n) {
	n = split(list, words, " ")
	for (i = 1; i <= n; i++)
		add(prefix words[i])
}
/^[#;]/ || /^$/ { if (section != "Container" && section != "Quadlet") text[section] = text[section] $0 "\n"; next }
/^\[.*\]$/ { section = substr($0, 2, length($0) - 2); next }
section != "Container" && section != "Quadlet" { text[section] = text[section] $0 "\n"; next }
section == "Quadlet" { next }
{
	at = index($0, "=")
	key = substr($0, 1, at - 1)
	value = substr($0, at + 1)
	if (key == "ContainerName") name = value
	else if (key == "Image") image = value
	else if (key == "Exec") exec = value
	else if (key == "Notify") notify = value
	else if (key == "Pull") add("--pull=" value)
	else if (key == "Network") add("--network=" value)
	else if (key == "RunInit") { if (value == "true") add("--init") }
	else if (key == "AddCapability") each("--cap-add=", value)
	else if (key == "DropCapability") each("--cap-drop=", value)
	else if (key == "Volume") add("--volume=" value)
	else if (key == "Annotation") add("--annotation=" value)
	else if (key == "PodmanArgs") add(value)
	else { print "quadlet.awk: line " NR ": " key " is not known" > "/dev/stderr"; failed = 1; exit 1 }
}
END {
	if (failed)
		exit 1
	podman = "/usr/bin/podman"
	printf "%s[Unit]\n%s", text[""], text["Unit"]
	printf "[Service]\n%s", text["Service"]
	print "Environment=PODMAN_SYSTEMD_UNIT=%n"
	print "Type=notify\nNotifyAccess=all\nKillMode=mixed\nDelegate=yes"
	print "ExecStart=" podman " run --name=" name " --replace --rm --cgroups=split --sdnotify=" (notify == "true" ? "container" : "conmon") \
		" -d" options " \\\n\t" image (exec == "" ? "" : " " exec)
	print "ExecStop=" podman " rm -f -i " name
	print "ExecStopPost=-" podman " rm -f -i " name
	printf "\n[Install]\n%s", text["Install"]
}

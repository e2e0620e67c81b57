# The first program of a shared container. It shows that the container can be shared, and puts the shell out of reach of
# the steps. Its argument is the boot that the build runs in. It writes "sent" when the build has got the environment and
# the shell, or "no: " and why the container cannot be shared.
#
# A process whose program its user may not read cannot be traced, and its memory and open files are closed to all others
# of that user: https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html. So the build gets the image's own
# shell from here, and puts it where it can be run and not read.

rr_folder=/.restricted-runner.worker
rr_output=/.restricted-runner.output

rr_refuse() {
    echo "no: $1"
    exit 0
}

[ $$ = 1 ] || rr_refuse "the image's entry point stays the first process"
read -r rr_boot </proc/sys/kernel/random/boot_id && [ "$rr_boot" = "$1" ] || rr_refuse 'the engine runs on another kernel'
for rr_program in cat chmod find grep rm stat; do
    command -v "$rr_program" >/dev/null || rr_refuse "the image has no program '$rr_program'"
done

cat /proc/1/environ >"$rr_output/stderr" && cat /proc/1/exe >"$rr_output/stdout" || rr_refuse 'its shell cannot be read'
echo sent
read -r rr_go || exit 0

# A process that the build is just starting may hold the new file open for a moment, which keeps it from being run.
rr_tries=0
until ("$rr_folder/sh" -c :) 2>/dev/null; do
    rr_tries=$((rr_tries + 1))
    [ "$rr_tries" -lt 100 ] || rr_refuse 'the folder for temporary files holds no programs that can be run'
done

exec "$rr_folder/sh" "$rr_folder/worker.sh"

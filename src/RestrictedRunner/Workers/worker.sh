# Process 1 of a shared container: runs one step after the other, and shows after each that nothing of it is left.
#
# The build writes the number of a turn. The answer is that number and the process of the step, and at the end another
# line: the number, the exit code, how many processes the kernel has killed so far because memory ran out ("-" where it
# does not say), and "clean", or what is not as it was. Names of ours begin with rr_, because the image may have given a
# variable any other.

# Without this the signal ends the shell, though it is process 1, which ignores all others.
trap : INT

rr_folder=/.restricted-runner.worker
rr_cgroup=/sys/fs/cgroup

rr_refuse() {
    echo "no: $1"
    exit 0
}

# Every place that a step can write to, but the project's folder, which the build empties.
rr_places=
while read -r rr_device rr_place rr_type rr_options; do
    case $rr_type in proc | sysfs | cgroup | cgroup2) continue ;; esac
    case $rr_place in /project | /.restricted-runner.*) continue ;; esac
    case $rr_options in ro | ro,*) continue ;; esac
    # The list has blanks and the like in another form, and the names below are those of a shell's list.
    case $rr_place in *[!A-Za-z0-9_./+-]*) rr_refuse "'$rr_place' is an odd place for files" ;; esac
    if [ -d "$rr_place" ] || [ -f "$rr_place" ]; then rr_places="$rr_places $rr_place"; fi
done </proc/self/mounts

# Those that are empty, and may be emptied.
rr_scratch=
for rr_place in $rr_places; do
    if [ -d "$rr_place" ] && [ -z "$(find "$rr_place" -mindepth 1)" ]; then rr_scratch="$rr_scratch $rr_place"; fi
done

# What a step could leave behind, but processes: files, System V objects, and what children inherit from this process.
# A file tells of a change by its time of change, which nobody can set; the time of a folder changes with each file in it.
rr_state() {
    find $rr_places -xdev -type f -exec stat -c '%n %f %u:%g %s %Z' {} + -o -exec stat -c '%N %f %u:%g %t:%T' {} +
    grep -hE '^([- 0-9]|Max |Umask|Groups|SigBlk|SigIgn|Cap|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed)' /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg /proc/1/limits /proc/1/oom_score_adj /proc/1/coredump_filter /proc/1/status
    read -r rr_line </proc/1/stat
    set -- ${rr_line##*) }
    # Priority, nice value, real-time priority, policy: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    echo "${16} ${17} ${38} ${39}"
}

rr_empty() { find $rr_scratch -xdev -mindepth 1 -maxdepth 1 -exec rm -rf {} +; }

# Ends all other processes, and takes note of the end of each, without which its entry stays: "jobs" does so, and needs
# no process of its own, which there may be no room for.
rr_end_processes() {
    kill -9 -1
    rr_looks=0
    while set -- /proc/[0-9]*; [ "$*" != /proc/1 ]; do
        jobs
        rr_looks=$((rr_looks + 1))
        [ "$rr_looks" -lt 20000 ] || return 1
    done
}

rr_count_kills() {
    rr_kills=-
    for rr_file in "$rr_cgroup/memory.events" "$rr_cgroup/memory/memory.oom_control"; do
        [ ! -r "$rr_file" ] || while read -r rr_name rr_value; do
            case $rr_name in oom_kill) rr_kills=$rr_value ;; esac
        done <"$rr_file"
    done
}

rr_is_clean() { [ "$(rr_state 2>&1)" = "$rr_clean" ]; }

# Twice, because there may be folders that nobody may look into.
rr_clean_up() {
    rr_empty
    rr_is_clean && return
    find $rr_scratch -xdev -mindepth 1 -type d -exec chmod u+rwx {} \;
    rr_empty
    rr_is_clean
}

# What cannot be looked at now, because there may be too few processes for that, could not be later either.
rr_clean=$(rr_state 2>&1)
for rr_place in $rr_places NoNewPrivs; do
    case $rr_clean in
        *"$rr_place"*) ;;
        *) rr_refuse "'$rr_place' cannot be looked at" ;;
    esac
done

# The time of change is known to the second.
[ -z "$(find $rr_places -xdev -type f)" ] || sleep 1
rr_count_kills
echo "0 0 $rr_kills clean"
while read -r rr_turn; do
    # In the foreground: what a shell runs beside itself ignores SIGINT and SIGQUIT.
    (
        read -r rr_process rr_rest </proc/self/stat
        echo "$rr_turn $rr_process"
        . "$rr_folder/step.sh"
    )
    rr_code=$?
    # Unless all of what follows shows otherwise: it cannot even begin where the step has spoilt /dev/null.
    rr_verdict='something is not as it was before the step'
    {
        rr_count_kills
        rr_end_processes && { rr_is_clean || rr_clean_up; } && rr_verdict=clean
    } >/dev/null 2>&1
    echo "$rr_turn $rr_code $rr_kills $rr_verdict"
done

# A Slurm of this machine alone, for the scripts that source this: one controller and one node, on ports and in
# a folder `base` of their own, stopped and deleted when the script ends. `processors` says how many the node has;
# left out, those of the machine. Where Slurm is missing it is installed if this runs as root on Debian or Ubuntu;
# if it cannot be had or started, this says so and why, and ends the script with 0.

skip() { echo "skipped: $*"; exit 0; }
there() { for name in sbatch slurmctld slurmd munged; do command -v "$name" > /dev/null || return 1; done; }
if ! there; then
    [ "$(id -u)" = 0 ] || skip "Slurm is not installed, and this is not root"
    command -v apt-get > /dev/null || skip "Slurm is not installed, and there is no apt-get"
    scripts/apt-install.sh slurm-wlm munge > /dev/null 2>&1 ||
        skip "apt-get could not install slurm-wlm and munge"
    there || skip "slurm-wlm and munge are installed, and still something of them is missing"
fi
[ "$(id -u)" = 0 ] || skip "slurmd has to be started as root"

base=$(mktemp -d)
mkdir -p "$base/state" "$base/spool"
started=()
stop() {
    for pid in "${started[@]}"; do kill "$pid" 2> /dev/null || true; done
    for pid in "${started[@]}"; do
        for _ in $(seq 50); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2> /dev/null || true
    done
    rm -rf "$base"
}
trap stop EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
command -v python3 > /dev/null || skip "there is no python3 to find free ports"
host=$(hostname -s) || skip "there is no hostname to name the node"
processors=${processors:-$(nproc)}
# A job that is begun again waits until the credential of its first time has expired, usually 120 s.
cat > "$base/slurm.conf" << EOF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$base/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$base/state
SlurmdSpoolDir=$base/spool
SlurmctldPidFile=$base/slurmctld.pid
SlurmdPidFile=$base/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_min_interval=100000,defer_batch=no
KillWait=5
MaxArraySize=101
NodeName=$host NodeAddr=127.0.0.1 CPUs=$processors State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF="$base/slurm.conf"

dd if=/dev/urandom of="$base/munge.key" bs=1 count=1024 status=none
chmod 400 "$base/munge.key"
begin() {
    "$@" > "$base/$1.log" 2>&1 &
    started+=($!)
}
begin munged --foreground --force --key-file="$base/munge.key" --socket="$base/munge.socket" \
    --pid-file="$base/munged.pid" --seed-file="$base/munged.seed" --num-threads=1
for _ in $(seq 50); do [ -S "$base/munge.socket" ] && break; sleep 0.1; done
[ -S "$base/munge.socket" ] || { cat "$base/munged.log"; skip "munged does not start"; }
begin slurmctld -D
begin slurmd -D
ready=
for _ in $(seq 100); do
    if sinfo -h -o %T 2> /dev/null | grep -q idle; then ready=1; break; fi
    sleep 0.2
done
[ -n "$ready" ] || { cat "$base/slurmctld.log" "$base/slurmd.log" | tail -n 20; skip "the node does not come up"; }
echo "Slurm $(sbatch --version | cut -d' ' -f2) with one node of $processors cores"

# The chunks in the folder `dir` by the program `program`, and their merge: $dir/rows.csv.
engine() {
    local jobs
    mapfile -t jobs < <("$program" -q sweep submit "$dir" --on slurm)
    until [ -e "$dir/rows.csv" ]; do
        scontrol show job "${jobs[1]}" -o | grep -q 'JobState=CANCELLED' && return 1
        sleep 0.1
    done
}

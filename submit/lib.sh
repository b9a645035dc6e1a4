# What the scripts of this folder share; they source it. It sets "home", the repository's folder.
# shellcheck shell=bash

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# Where the program finds experiments by their names.
export MOMENTGAN_HOME=$home

# Maven ends with a terminal's escape sequence on both streams, wherever they go.
export MAVEN_OPTS="${MAVEN_OPTS:-} -Djansi.noreset=true"

# In other locales a JVM cannot open files whose names are not ASCII.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8

# Ends the script; the second argument is the exit code, 2 for a mistake in the call.
fail() {
  echo "error: $1" >&2
  exit "${2:-1}"
}

# Tells the program what its user types before a command, for its help and for the command that resumes a
# run. The script that was called says it first. Values that look secret are left out.
tell_command() {
  local words=() word
  for word; do
    [[ ! ${word,,} =~ (secret|password|token|access.?key)[^=]*= ]] || word=${word%%=*}=...
    words+=("$(printf %q "$word")")
  done
  export MOMENTGAN_COMMAND=${MOMENTGAN_COMMAND:-${words[*]}}
}

# The comment at the top of a script is its help.
print_help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"
}

project_jar() {
  find "$home/target" -maxdepth 1 -name 'momentgan-*.jar' 2>/dev/null | head -n 1
}

jar_is_current() {
  local jar
  jar=$(project_jar)
  [ -n "$jar" ] && [ -s "$home/target/classpath.txt" ] &&
    [ -z "$(find "$home/pom.xml" "$home/src/main" -newer "$jar" -print -quit)" ]
}

require_maven() {
  command -v mvn >/dev/null || fail "mvn is not on the PATH; install Maven 3.8 or newer"
}

build() {
  require_maven
  echo "Building MomentGAN (the first build downloads its libraries) ..." >&2
  (cd "$home" && mvn -B -q package -DskipTests -Dspotless.check.skip=true) >&2 ||
    fail "the build failed; run 'mvn package -DskipTests' in $home to see why"
  # A file with an older time than the sources (a clock that went back) must not build for ever.
  touch "$home"/target/momentgan-*.jar
}

require_java() {
  command -v "$java" >/dev/null || fail "no java; install a JDK 17 or set JAVA_HOME to one"
}

# Sets "jvm" to the options that Spark needs of a JVM that its own launcher does not start, and one that returns memory.
set_jvm() {
  local package
  # glibc keeps what ND4J frees, gigabytes in an hour. The interval is in ms; JDKs without the option ignore it.
  jvm=(-XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=30000 -Djdk.reflect.useDirectMethodHandle=false
    --add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED)
  for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util \
    java.util.concurrent java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs \
    sun.security.action sun.util.calendar; do
    jvm+=("--add-opens=java.base/$package=ALL-UNNAMED")
  done
}

# Runs a class in this script's place. Arguments: class path, class, its arguments.
run_java() {
  local path=$1
  shift
  set_jvm
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
  # Networks are arrays of megabytes: in small regions each of them begins a collection beside the workers.
  # shellcheck disable=SC2086 # several options in one variable
  exec "$java" "${jvm[@]}" \
    -Djava.awt.headless=true -XX:G1HeapRegionSize=16m \
    -Dlog4j2.configurationFile="$home/conf/log4j2.properties" \
    ${MOMENTGAN_JAVA_OPTS:-} \
    -cp "$path" "$@"
}

# The Spark home of links to Maven's repository, and its libraries once it has clients of cluster managers.
assembled=$home/target/spark-home managers=$home/target/spark-managers.txt

# Exports SPARK_HOME: the user's own where it is set, else one of links to what the build took from
# Maven's repository.
use_spark_home() {
  SPARK_HOME=${SPARK_HOME:-$assembled}
  [ "$SPARK_HOME" != "$assembled" ] || assemble_spark_home
  [ -n "$(find -H "$SPARK_HOME/jars" -name 'spark-core_2.12-3.5.*.jar' -print -quit 2>/dev/null)" ] ||
    fail "SPARK_HOME: found no jars/spark-core_2.12-3.5.*.jar in $SPARK_HOME, expected a Spark 3.5 of \
Scala 2.12; set SPARK_HOME to one, or unset it for the Spark of Maven's repository" 2
  export SPARK_HOME SPARK_SCALA_VERSION=2.12
}

# Ends the script unless the Spark home has, or gets, its client of YARN or Kubernetes.
require_spark_of() {
  [ "${SPARK_HOME:-$assembled}" != "$assembled" ] || { add_managers && return; }
  [ -n "$(find -H "$SPARK_HOME/jars" -name "spark-$1_2.12-3.5.*.jar" -print -quit 2>/dev/null)" ] ||
    fail "SPARK_HOME: found no jars/spark-$1_2.12-3.5.*.jar in $SPARK_HOME, expected a Spark 3.5 of Scala 2.12 \
with its client of $1; set SPARK_HOME to a distribution, or unset it for the Spark of Maven's repository" 2
}

# Lists the libraries of a Spark home that has the clients, too: Maven's repository gets them where they are first
# asked for.
add_managers() {
  [ ! "$managers" -nt "$home/pom.xml" ] || return 0
  require_maven
  echo "Getting Spark's clients of YARN and Kubernetes (17 MB, the first time) ..." >&2
  (cd "$home" && mvn -B -q -Pmanagers dependency:build-classpath@spark-managers) >/dev/null 2>&1 ||
    fail "Spark's clients of YARN and Kubernetes could not be downloaded from Maven's repositories; run 'mvn -Pmanagers \
dependency:build-classpath@spark-managers' in $home to see why, or set SPARK_HOME to the folder of a Spark 3.5 \
distribution of Scala 2.12"
  # Maven leaves a file that would be the same.
  touch "$managers"
}

assemble_spark_home() {
  local list=$home/target/spark-libraries.txt
  [ -s "$list" ] || build
  [ ! "$managers" -nt "$home/pom.xml" ] || list=$managers
  mkdir -p "$SPARK_HOME/conf"
  ln -sfn "$home/conf/log4j2.properties" "$SPARK_HOME/conf/log4j2.properties"
  # Where local-cluster leaves the executors' copies of the libraries, 150 MB each. Whoever still has
  # one open keeps it.
  [ ! -d "$SPARK_HOME/work" ] || find "$SPARK_HOME/work" -name '*.jar' -mmin +10 -delete
  # One script at a time; none sees a folder that is half filled.
  (
    flock -w 60 9 || fail "another script has held $SPARK_HOME/lock for 60 s"
    cmp -s "$list" "$SPARK_HOME/libraries.txt" || link_libraries "$list"
  ) 9>"$SPARK_HOME/lock"
}

link_libraries() {
  local jars=()
  IFS=: read -r -d '' -a jars <"$1" || true
  rm -rf "$SPARK_HOME/jars" "$SPARK_HOME/jars.new"
  mkdir "$SPARK_HOME/jars.new"
  ln -s "${jars[@]}" "$SPARK_HOME/jars.new"
  mv "$SPARK_HOME/jars.new" "$SPARK_HOME/jars"
  cp "$1" "$SPARK_HOME/libraries.txt"
}

# Sets "command" to the JVM that runs one of Spark's classes, as Spark's own launcher makes it up: its
# output is the command's words, each ended by a NUL, after a line of one NUL, and then an exit code.
spark_command() {
  local -a words=()
  mapfile -d '' words < <(
    "$java" -Xmx128m -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main "$@" | tail -c +3
    printf '%d\0' "${PIPESTATUS[0]}"
  )
  [ "${words[-1]}" = 0 ] || fail "Spark's launcher found no command for: $*"
  # shellcheck disable=SC2034 # the caller's
  command=("${words[@]:0:${#words[@]}-1}")
}

# What submit/standalone, submit/yarn and submit/kubernetes are: submit/spark with a file of settings.
# Arguments: the kind of cluster, its master ('' where --master must say), and the caller's own.
submit_to() {
  local kind=$1 master=$2 options=() script properties all template
  shift 2
  all=("$@")
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        print_help "$home/submit/$kind"
        exit 0
        ;;
      --gpus)
        options+=(--settings "$home/conf/spark/gpu.conf")
        # Where an executor finds it: in the image, in its container's folder, on a machine like this one.
        case $kind in
          kubernetes) script=/opt/momentgan/gpu-discovery ;;
          yarn) script=./gpu-discovery options+=(--conf "spark.yarn.dist.files=$home/submit/gpu-discovery") ;;
          *) script=$home/submit/gpu-discovery ;;
        esac
        options+=(--conf "spark.executor.resource.gpu.discoveryScript=$script")
        ;;
      --print) options+=(--print) ;;
      --*=*)
        set -- x "${1%%=*}" "${1#*=}" "${@:2}"
        ;;
      --image)
        [ $# -ge 2 ] || fail "--image: found nothing after it, expected an image's name" 2
        options+=(--conf "spark.kubernetes.container.image=$2")
        shift
        ;;
      -*)
        [ $# -ge 2 ] || fail "$1: found nothing after it, expected a value; see submit/$kind --help" 2
        [ "$1" != --master ] || master=$2
        [ "$1" = --master ] || options+=("$1" "$2")
        shift
        ;;
      *) break ;;
    esac
    shift
  done
  tell_command "$0" "${all[@]:0:${#all[@]}-$#}"
  properties=$home/conf/spark/$kind.conf
  [ -n "$master" ] || fail "--master: found none, expected one; see submit/$kind --help" 2
  # Spark takes it for a URI.
  template=${home//%/%25}
  template=file://${template// /%20}/conf/spark/pod.yaml
  [ "$kind" != kubernetes ] ||
    options=(--conf "spark.kubernetes.driver.podTemplateFile=$template"
      --conf "spark.kubernetes.executor.podTemplateFile=$template" "${options[@]}")
  exec "$home/submit/spark" --master "$master" --settings "$properties" "${options[@]}" "$@"
}

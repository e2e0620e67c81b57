#!/usr/bin/env bash
# Records what the tools print, into the folder of this script. Needs the tools on PATH (README.md), and root for the
# mount: every tool runs in /src, a folder of a mount namespace of its own, so that no path of a machine is recorded.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1-}" != inside ]; then
    work=$(mktemp -d)
    mkdir "$work/src" "$work/tools"
    (cd "$work/tools" && npm init -y >/dev/null && npm install --silent typescript@5.9.3 eslint@9.39.5)
    made=; [ -d /src ] || { mkdir /src; made=1; }
    unshare --mount bash -c "mount --bind '$work/src' /src && NODE='$work/tools/node_modules/.bin' bash '$here/record.sh' inside"
    [ -z "$made" ] || rmdir /src
    rm -rf "$work"
    exit
fi

# recorded NAME COMMAND…: both streams, whatever the exit code is.
recorded() {
    local name=$1
    shift
    { "$@" 2>&1 || true; } >"$here/$name.txt"
}
project() { rm -rf "/src/$1"; mkdir -p "/src/$1"; cd "/src/$1"; }

### C
project c
cat >bad.c <<'C'
#include <stdio.h>

static int unused;

int main(void)
{
    int x = "text";
    printf("%d\n", nothing);
    return x
}
C
cat >missing.c <<'C'
#include "none.h"
int main(void) { return 0; }
C
cat >wide.h <<'C'
static inline int wide(long x) { int y; return x == 1 ? y : z; }
C
cat >header.c <<'C'
#include "wide.h"
int main(void) { return wide(2); }
C
cat >werror.c <<'C'
int main(void)
{
    int left_over;
    return 0;
}
C
cat >link.c <<'C'
int elsewhere(void);
int main(void)
{
    return elsewhere();
}
C
cat >error.c <<'C'
#include <stdio.h>
#include <string.h>
int main(void)
{
    printf("0 errors, 0 warnings: %s\n", strerror(2));
    fprintf(stderr, "error handling is on\nerrors: 0\n");
    return 0;
}
C
cat >Makefile <<'M'
CFLAGS = -Wall -Wextra -Werror -Wno-error=unused-result
all: error
	./error
	@echo "Build finished with 0 error(s), 0 warning(s)"
M
for cc in gcc clang; do
    case $cc in gcc) version=12.2 ;; clang) version=14.0 ;; esac
    recorded "$cc-$version-errors" $cc -Wall -Wextra -c bad.c /src/c/missing.c header.c
    recorded "$cc-$version-errors-coloured" $cc -fdiagnostics-color=always -Wall -Wextra -c bad.c /src/c/missing.c header.c
    recorded "$cc-$version-no-column" $cc -fno-show-column -Wall -c bad.c missing.c
    recorded "$cc-$version-werror" $cc -Wall -Werror -c werror.c
    recorded "$cc-$version-linker" $cc -o link link.c
    recorded "$cc-$version-linker-debug" $cc -g -o link link.c
    rm -f error
    recorded "$cc-$version-clean-make" make CC=$cc
done

cat >Makefile <<'M'
all:
	@$(MAKE) -C sub
M
mkdir sub
cat >sub/Makefile <<'M'
all:
	gcc -c deep.c
M
echo 'int main(void) { return deep; }' >sub/deep.c
recorded make-4.3-subfolder make
mkdir -p tree/lib/deep
cat >tree/Makefile <<'M'
all:
	-@$(MAKE) -C lib
	gcc -c main.c
M
cat >tree/lib/Makefile <<'M'
all:
	-@$(MAKE) -C deep
	gcc -c main.c
M
cat >tree/lib/deep/Makefile <<'M'
all:
	gcc -c main.c
M
for folder in tree tree/lib tree/lib/deep; do echo "int main(void) { return ${folder##*/}; }" >"$folder/main.c"; done
recorded make-4.3-other-folder make -C tree

cat >CMakeLists.txt <<'M'
cmake_minimum_required(VERSION 3.10)
project(sample C)
include(CheckFunctionExists)
include(CheckCCompilerFlag)
check_function_exists(strerror HAVE_STRERROR)
check_function_exists(err_is_not_there HAVE_ERR_IS_NOT_THERE)
check_c_compiler_flag(-Werror=format-security HAVE_ERROR_FORMAT)
check_c_compiler_flag(-Wno-such-warning HAVE_NO_SUCH_WARNING)
add_executable(error error.c)
M
recorded cmake-3.25-clean sh -c 'cmake -S . -B out && cmake --build out --verbose'

### bison
project bison
cat >bad.y <<'Y'
%token NUMBER
%type <value> sum
%%
sum: sum '+' NUMBER | missing ;
other: NUMBER
Y
recorded bison-3.8-errors bison -Wall bad.y
cat >good.y <<'Y'
%{
int yylex(void);
void yyerror(const char *text);
%}
%token NUMBER
%%
sum: NUMBER | sum '+' NUMBER ;
Y
recorded bison-3.8-clean bison --report=all -v good.y

### Rust
rust_project() {
    project rust
    mkdir -p src
    printf '[package]\nname = "sample"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
}
rust_project
cat >src/main.rs <<'R'
use std::fs;

fn main() {
    let x: i32 = "text";
    let unused = 1;
    println!("{}", nothing);
}
R
recorded rustc-1.95-errors rustc --edition 2021 src/main.rs
recorded rustc-1.95-errors-coloured rustc --color=always --edition 2021 /src/rust/src/main.rs
recorded cargo-1.95-errors cargo build --offline
recorded cargo-1.95-errors-coloured cargo build --offline --color=always
recorded cargo-1.95-errors-short cargo build --offline --message-format short
cat >src/main.rs <<'R'
fn main() {
    println!("{}", 1
}
R
recorded cargo-1.95-syntax cargo build --offline
cat >src/main.rs <<'R'
fn helper() {}

fn main() {
    let unused = 1;
    println!("error: 0 errors");
}
R
recorded cargo-1.95-warnings cargo build --offline
cat >src/main.rs <<'R'
fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
    text.parse()
}

fn main() {
    match parse("x") {
        Ok(value) => println!("{value}"),
        Err(e) => println!("handled an error ({e}); going on"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_error_is_told() {
        println!("error handling is tested");
        assert!(super::parse("x").is_err());
    }

    #[test]
    #[should_panic]
    fn warnings_panic() {
        panic!("warning");
    }
}
R
rust_clean() { cargo build --offline && cargo run --offline && cargo test --offline -- --nocapture --test-threads 1; }
recorded cargo-1.95-clean rust_clean
# Times differ in each run.
sed -i -E 's/ in [0-9.]+s$/ in 0.10s/; s/finished in [0-9.]+s/finished in 0.00s/; s/-[0-9a-f]{16}/-0123456789abcdef/; s/\([0-9]+\) panicked/(12) panicked/' "$here"/cargo-*.txt

### TypeScript
project ts
mkdir src
cat >tsconfig.json <<'J'
{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] }, "include": ["src"] }
J
cat >src/index.ts <<'T'
const count: number = "text";

export function half(value: number): string {
    return nothing + value;
}
T
cat >src/other.ts <<'T'
import { half } from "./index";
half("1", 2);
import { gone } from "./gone";
T
recorded tsc-5.9-errors "$NODE/tsc"
recorded tsc-5.9-errors-pretty "$NODE/tsc" --pretty
recorded tsc-5.9-syntax-pretty sh -c "echo 'let x = ;' >src/other.ts; $NODE/tsc --pretty"
recorded tsc-5.9-no-project sh -c "$NODE/tsc --project none.json"
printf 'export class SyntaxErrorReport { warning = "error: none"; }\n' >src/index.ts
rm src/other.ts
recorded tsc-5.9-clean "$NODE/tsc" --listFiles --diagnostics --noLib false
sed -i -E '/node_modules/d; s/[0-9.]+s$/0.10s/; s/[0-9]+K$/50000K/' "$here/tsc-5.9-clean.txt"

### eslint
project eslint
cat >eslint.config.js <<'J'
module.exports = [
    { rules: { "no-unused-vars": "error", "no-console": "warn", "no-undef": "error", "max-len": ["warn", { code: 40 }] } },
];
J
cat >bad.js <<'J'
const x = 1;
console.log("a text that is longer than it may be", y);
J
mkdir lib
cat >lib/broken.js <<'J'
function f( {
J
recorded eslint-9.39-errors "$NODE/eslint" .
recorded eslint-9.39-errors-coloured "$NODE/eslint" --color .
rm bad.js lib/broken.js
printf 'const errors = 0;\nexport default errors;\n' >lib/error.js
recorded eslint-9.39-clean "$NODE/eslint" --debug lib
sed -i -E 's/^.*(eslint:[a-z-]+)/2026-01-01T00:00:00.000Z \1/; /node_modules|tools/d' "$here/eslint-9.39-clean.txt"

### npm
project npm
printf '{ "name": "sample", "version": "1.0.0", "scripts": { "build": "echo 0 errors", "postbuild": "echo warnings: none" } }\n' >package.json
npm_clean() { env npm_config_nodedir= npm install --no-audit --no-fund --loglevel info && npm ls && npm run build; }
recorded npm-clean npm_clean
sed -i -E '/nodedir|\/root|\/tmp|_logs|https?:/d; s/in [0-9]+ms$/in 100ms/' "$here/npm-clean.txt"

### Go
project go
export GOFLAGS=-mod=mod GOPROXY=off
printf 'module example.com/sample\n\ngo 1.19\n' >go.mod
cat >main.go <<'G'
package main

import "fmt"

func main() {
	y := 1
	var s string = 2
	fmt.Println(nothing, s)
}
G
mkdir lib
cat >lib/lib.go <<'G'
package lib

func Half(x int) int {
	return x / "2"
}
G
recorded go-1.19-build go build ./...
printf 'package main\n\nfunc main( {\n}\n' >main.go
recorded go-1.19-syntax go build
printf 'package main\n\nimport "example.com/gone"\n\nfunc main() { gone.F() }\n' >main.go
recorded go-1.19-import go build
cat >main.go <<'G'
package main

import "fmt"

func main() {
	fmt.Printf("%d\n", "text")
}
G
rm -r lib
recorded go-1.19-vet go vet
cat >main.go <<'G'
package main

func Half(x int) int { return x / 3 }

func main() {}
G
cat >main_test.go <<'G'
package main

import "testing"

func TestHalf(t *testing.T) {
	if Half(4) != 2 {
		t.Errorf("Half(4) is %d, not 2", Half(4))
	}
}

func TestSub(t *testing.T) {
	t.Run("inner", func(t *testing.T) {
		t.Fatal("error: it broke")
	})
}

func TestGood(t *testing.T) {
	t.Log("nothing wrong here")
}
G
recorded go-1.19-test go test
cat >main.go <<'G'
package main

import (
	"errors"
	"log"
	"os"
)

func Half(x int) int { return x / 2 }

func main() {
	log.SetFlags(log.Lshortfile)
	log.Print("error counter is at 0")
	log.Print(errors.New("expected error, handled"))
	log.New(os.Stdout, "", log.LstdFlags|log.Llongfile).Print("no warning")
}
G
cat >main_test.go <<'G'
package main

import "testing"

func TestHalf(t *testing.T) {
	t.Log("an error would be told here")
	if Half(4) != 2 {
		t.Error("Half(4) is not 2")
	}
}

func TestSkipped(t *testing.T) {
	t.Skip("warning: not today")
}
G
go_clean() { go build -v -o sample . && ./sample && go vet && go test -v; }
recorded go-1.19-clean go_clean
sed -i -E 's/^[0-9/]{10} [0-9:]{8}/2026\/01\/01 00:00:00/; s/[0-9.]+s$/0.001s/' "$here"/go-*.txt

### Python
project python
python=/usr/bin/python3
cat >raises.py <<'P'
import json


def read(text):
    return json.loads(text)


def main():
    print("starting", flush=True)
    read("{")


main()
P
recorded python-3.11-library $python raises.py
cat >own.py <<'P'
class TooSmall(Exception):
    pass


def check(x):
    if x < 1:
        raise TooSmall(f"{x} is too small: give 1 or more")


check(0)
P
recorded python-3.11-own-exception $python /src/python/own.py
cat >chained.py <<'P'
def first():
    return {}["key"]


def second():
    try:
        first()
    except KeyError as e:
        raise ValueError("no such key") from e


second()
P
recorded python-3.11-chained $python chained.py
printf 'def f(:\n    pass\n' >syntax.py
recorded python-3.11-syntax $python syntax.py
printf 'import syntax\n' >imports.py
recorded python-3.11-imports-syntax $python imports.py
printf 'assert 1 == 2\n' >bare.py
recorded python-3.11-bare $python bare.py
cat >test_half.py <<'P'
import unittest


class HalfTests(unittest.TestCase):
    def test_half(self):
        self.assertEqual(4 // 2, 3)


unittest.main()
P
recorded python-3.11-unittest $python test_half.py
cat >logs.py <<'P'
import logging

logging.error("nothing to worry about")
logging.warning("nor about this")
P
recorded python-3.11-logging $python logs.py
cat >handled.py <<'P'
import logging
import traceback
import warnings

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(levelname)s - %(message)s", datefmt="12:00:00")
try:
    {}["key"]
except KeyError:
    logging.exception("first try failed, using the default")
    traceback.print_exc()
logging.error("nothing to worry about")
logging.warning("nor about this")
warnings.warn("old interface", DeprecationWarning, stacklevel=1)
print("errors: 0, warnings: 0")
P
recorded python-3.11-clean $python -W default handled.py
sed -i -E 's/in [0-9.]+s$/in 0.001s/' "$here"/python-*.txt

### Java
project java
mkdir -p app
cat >app/Bad.java <<'J'
package app;

import java.util.List;

public class Bad {
    public static void main(String[] args) {
        int x = "text";
        List raw = List.of();
        undefined();
    }
}
J
cat >Syntax.java <<'J'
class Syntax {
    int x = 1
}
J
cat >Lint.java <<'J'
import java.util.*;

class Lint {
    List raw = new ArrayList();
    Date date = new Date(1, 1, 1);
}
J
cat >Clean.java <<'J'
class Clean {
    @Deprecated void error() { }
    public static void main(String[] args) throws Exception {
        try {
            throw new IllegalStateException("handled");
        } catch (IllegalStateException e) {
            e.printStackTrace();
        }
        System.err.println("[ERROR] none");
        System.out.println("BUILD SUCCESSFUL, 0 errors, 0 warnings");
    }
}
J
recorded javac-17-errors javac -Xlint:all app/Bad.java
recorded javac-17-syntax javac /src/java/Syntax.java
recorded javac-17-lint javac -Xlint:all Lint.java
recorded javac-17-missing javac Nothing.java
java_clean() { javac -verbose Lint.java Clean.java && java Clean; }
recorded javac-17-clean java_clean
sed -i -E '/jrt:|\/modules\/|\/usr\/lib/d; s/[0-9]+ms\]/100ms]/; s/^\[total [0-9]+/[total 100/' "$here"/javac-*.txt

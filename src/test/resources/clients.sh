#!/bin/bash
# Generates clients in Java and in TypeScript from a contract, compiles them, and lets each list the containers of an engine.
# Arguments: contract, URL of the engine, folder to work in, folder with the generator's jars and the Node modules.
set -euo pipefail
contract=$1 url=$2 work=$3 tools=$4
mkdir -p "$work" && cd "$work"
quick=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx700m)
jars=$(printf '%s\n' "$tools"/lib/*.jar | paste -sd:)

generate() {
  java "${quick[@]}" -jar "$tools/openapi-generator-cli.jar" generate -i "$contract" "$@" >"generate-$2.log" 2>&1 \
    || { tail -30 "generate-$2.log"; exit 1; }
}

# One beside the other: each waits for the disk and for one thread much of its time.
java_client() {
  generate -g java --library native -o java --global-property apiTests=false,modelTests=false,apiDocs=false,modelDocs=false \
    --additional-properties=invokerPackage=client,apiPackage=client.api,modelPackage=client.model,openApiNullable=false,useJakartaEe=true
  cat >java/src/main/java/Main.java <<'JAVA'
import client.ApiClient;
import client.api.ContainersApi;

public class Main {
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        new ContainersApi(client).containerList(true, null, null, null)
                .forEach(one -> System.out.println("java " + one.getId() + " " + one.getNames()));
    }
}
JAVA
  mkdir -p classes
  find java/src/main -name '*.java' >sources
  javac -J-XX:TieredStopAtLevel=1 -nowarn -d classes -cp "$jars" @sources
  java "${quick[@]}" -cp "classes:$jars" Main "$url"
}

typescript_client() {
  generate -g typescript-fetch -o typescript --global-property apiDocs=false,modelDocs=false
  cat >main.ts <<'TS'
import { Configuration, ContainersApi } from "./typescript/index";

async function main(): Promise<void> {
  const api = new ContainersApi(new Configuration({ basePath: process.argv[2] }));
  for (const one of await api.containerList({ all: true })) {
    console.log("typescript " + one.id + " " + one.names);
  }
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
TS
  ln -sfn "$tools/node_modules" node_modules
  node node_modules/typescript/bin/tsc --strict --skipLibCheck --target es2020 --module commonjs --moduleResolution node \
    --types node --lib es2020,dom --outDir out main.ts
  node out/main.js "$url"
}

java_client >java.out 2>&1 &
typescript_client >typescript.out 2>&1 &
failed=0
for one in $(jobs -p); do wait "$one" || failed=1; done
cat java.out typescript.out
exit $failed

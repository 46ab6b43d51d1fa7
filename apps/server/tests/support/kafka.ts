// One Kafka broker of the test's own (KRaft, a controller in the same process), whose jars Maven brings once into the user's cache.

import { execFileSync, type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CloudEvent } from "@ghostllm/contract/events";
import { Admin, Consumer, MessagesStreamModes, stringDeserializers } from "@platformatic/kafka";
import { findFreePort } from "../../../../tools/free-port.ts";

const version = "3.9.1";
const cache = join(homedir(), ".cache/ghostllm-tests", `kafka-${version}`);
const startPatienceMs = 120_000;

const project = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>ghostllm</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

function bringJars(): void {
  if (existsSync(cache)) return;
  const folder = `${cache}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pom.xml"), project);
  // From wherever Maven has been set up to look.
  const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${folder}`];
  execFileSync("mvn", ["-q", "-B", ...goal], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  renameSync(folder, cache);
}

export interface KafkaMessage {
  readonly key: string;
  readonly partition: number;
  readonly event: CloudEvent;
}

export class TestKafka {
  readonly address: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "ghostllm-kafka-"));
  #child: ChildProcess | null = null;

  private constructor(port: number, controllerPort: number) {
    this.address = `127.0.0.1:${port}`;
    const listeners = `PLAINTEXT://${this.address},CONTROLLER://127.0.0.1:${controllerPort}`;
    const settings = [
      ...["process.roles=broker,controller", "node.id=1", `controller.quorum.voters=1@127.0.0.1:${controllerPort}`],
      ...[`listeners=${listeners}`, `advertised.listeners=PLAINTEXT://${this.address}`],
      ...["controller.listener.names=CONTROLLER", `log.dirs=${join(this.#directory, "log")}`],
      ...["listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", "num.partitions=3"],
      ...["offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1"],
      ...["transaction.state.log.min.isr=1", "group.initial.rebalance.delay.ms=0"],
    ];
    writeFileSync(this.#settings, `${settings.join("\n")}\n`);
  }

  static async start(): Promise<TestKafka> {
    bringJars();
    const kafka = new TestKafka(await findFreePort(), await findFreePort());
    kafka.#java("kafka.tools.StorageTool", ["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", kafka.#settings]);
    await kafka.start();
    return kafka;
  }

  async start(): Promise<void> {
    const child = spawn("java", [...this.#options, "kafka.Kafka", this.#settings], { stdio: "ignore" });
    this.#child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    await this.#untilUp();
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** All that the topic has: by partition in their order. */
  async stored(topic: string, waitMs = 4_000): Promise<readonly KafkaMessage[]> {
    const consumer = new Consumer({
      groupId: `reader-${Math.random()}`,
      clientId: "reader",
      bootstrapBrokers: [this.address],
      deserializers: stringDeserializers,
    });
    const messages: KafkaMessage[] = [];
    try {
      const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false });
      stream.on("data", ({ key, value, partition }) =>
        messages.push({ key, partition, event: JSON.parse(value) as CloudEvent }),
      );
      for (let before = -1; before < messages.length; await sleep(waitMs)) before = messages.length;
      await stream.close();
    } finally {
      await consumer.close(true);
    }
    return messages;
  }

  get #settings(): string {
    return join(this.#directory, "server.properties");
  }

  get #options(): readonly string[] {
    return ["-Xmx512m", "-cp", join(cache, "*")];
  }

  #java(main: string, parameters: readonly string[]): void {
    execFileSync("java", [...this.#options, main, ...parameters], { stdio: ["ignore", "ignore", "inherit"] });
  }

  async #untilUp(): Promise<void> {
    const deadline = performance.now() + startPatienceMs;
    while (performance.now() < deadline) {
      const admin = new Admin({
        clientId: "waits",
        bootstrapBrokers: [this.address],
        retries: 0,
        connectTimeout: 1_000,
      });
      const isUp = await admin.listTopics().then(
        () => true,
        () => false,
      );
      await admin.close();
      if (isUp) return;
      await sleep(500);
    }
    throw new Error(`the Kafka broker does not start at ${this.address}`);
  }
}

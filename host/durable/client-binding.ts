/** What the engine says about itself to clients: addresses, hub and key. */
export interface EngineAddress {
  /** Root of the management API with keys, without a trailing slash: `http://host/runtime/webhooks/durabletask`. */
  readonly publicUrl: string;
  /** Root of the same API for the app's own process, without a key. */
  readonly rpcUrl: string;
  readonly hubName: string;
  readonly systemKey: string;
}

const CONNECTION = "Storage";

const required = ({ hubName, systemKey }: EngineAddress): string =>
  `taskHub=${encodeURIComponent(hubName)}&connection=${CONNECTION}&code=${encodeURIComponent(systemKey)}`;

/** The JSON that a durable client input carries. */
export function clientBinding(address: EngineAddress): string {
  const { publicUrl, rpcUrl, hubName, systemKey } = address;
  const key = `code=${encodeURIComponent(systemKey)}`;
  const links = managementLinks(address, publicUrl, "INSTANCEID");
  return JSON.stringify({
    taskHubName: hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${publicUrl}/orchestrators/{functionName}[/{instanceId}]?${key}`,
      createAndWaitOnNewInstancePostUri: `${publicUrl}/orchestrators/{functionName}[/{instanceId}]?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${key}`,
    },
    managementUrls: {
      ...links,
      rewindPostUri: `${publicUrl}/instances/INSTANCEID/rewind?reason={text}&${required(address)}`,
    },
    baseUrl: publicUrl,
    requiredQueryStringParameters: key,
    rpcBaseUrl: rpcUrl.endsWith("/") ? rpcUrl : `${rpcUrl}/`,
    httpBaseUrl: null,
  });
}

/** The links by which one instance is managed, below `root`. */
export function managementLinks(
  address: EngineAddress,
  root: string,
  instanceId: string,
): Record<string, string> {
  const instance = `${root}/instances/${encodeURIComponent(instanceId)}`;
  const query = required(address);
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${instance}/terminate?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: `${instance}/suspend?reason={text}&${query}`,
    resumePostUri: `${instance}/resume?reason={text}&${query}`,
  };
}

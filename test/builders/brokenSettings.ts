/** Each in a way that it can be broken, in the order of the schema. */
export const BROKEN: Record<string, string> = {
  MOORING_SUBSCRIPTIONS: "one",
  MOORING_ARM_ENDPOINT: "http://management.azure.com",
  AzureWebJobsStorage: "x",
  AzureWebJobsStorage__accountName: "UPPER",
  AzureWebJobsStorage__blobServiceUri: "http://x",
  AzureWebJobsStorage__queueServiceUri: "x",
  AzureWebJobsStorage__tableServiceUri: "",
  MOORING_TABLE_PREFIX: "1",
  MOORING_NAME: "a b",
  MOORING_APP_URL: "http://elsewhere",
  MOORING_APP_ID: "x",
  MOORING_WEBHOOK_URL: "ftp://x",
  MOORING_WEBHOOK_SECRET: "short",
  MOORING_EVENT_TOPIC: "http://x",
  MOORING_EVENT_TOPIC_KEY: "",
  MOORING_LOCAL_OPERATOR: "",
};

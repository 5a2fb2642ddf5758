// A Pepr module with an equivalent rule, its addresses in memory. Copied beside an installed pepr and run there.
import pepr from "pepr";

const { Capability, PeprModule, a } = pepr;
const KEY = "service.beta.kubernetes.io/azure-load-balancer-ipv4";
const taken = new Set(Array.from({ length: 1000 }, (_, n) => `10.64.${Math.floor(n / 256)}.${n % 256}`));
const addresses = new Capability({ name: "addresses", description: "taken addresses" });
addresses
  .When(a.Service)
  .IsCreatedOrUpdated()
  .Validate((request) => {
    const address = request.Raw.metadata?.annotations?.[KEY];
    return taken.has(address) ? request.Deny(`${address} is in use`) : request.Approve();
  });
const manifest = { uuid: "bench", onError: "reject", alwaysIgnore: { namespaces: [] } };
new PeprModule({ description: "bench", pepr: manifest }, [addresses], { deferStart: true }).start(
  Number(process.env.PORT),
);

"use strict";
// Loaded before every Node function. On AWS a function asks its VPC's resolver and reaches the addresses that it gets;
// here the resolver stands on the Region's own loopback address, and the platform's names lead to the gateway's port.
// Calls leave from the Region's address, so that the gateway knows where they come from.

const dns = require("node:dns");
const promises = require("node:dns/promises");
const { syncBuiltinESMExports } = require("node:module");
const net = require("node:net");
const tls = require("node:tls");

const { resolver, address, gatewayPort } = JSON.parse(process.env["EMBEDDED_NETWORK"]);
delete process.env["EMBEDDED_NETWORK"];

/** RFC 6761 reserves it: such a name never leaves this machine. */
const EMBEDDED_SUFFIX = ".test";

function withServers(Resolver) {
  return class extends Resolver {
    constructor(options) {
      super(options);
      this.setServers([resolver]);
    }
  };
}

dns.Resolver = withServers(dns.Resolver);
promises.Resolver = withServers(promises.Resolver);
dns.setServers([resolver]);
promises.setServers([resolver]);

const embedded = new dns.Resolver({ timeout: 2_000, tries: 2 });

function lookup(hostname, options, callback) {
  embedded.resolve4(hostname, (error, addresses) => {
    if (error) {
      callback(error);
    } else if (options.all) {
      callback(
        null,
        addresses.map((each) => ({ address: each, family: 4 })),
      );
    } else {
      callback(null, addresses[0], 4);
    }
  });
}

const connect = tls.connect;

/** @returns the options of tls.connect's three signatures, and the callback */
function normalized(parameters) {
  const rest = [...parameters];
  const callback = typeof rest.at(-1) === "function" ? rest.pop() : undefined;
  const options = typeof rest.at(-1) === "object" && rest.at(-1) !== null ? { ...rest.pop() } : {};
  if (rest.length > 0) {
    options.port = rest[0];
    options.host = rest[1] ?? options.host;
  }
  return { options, callback };
}

tls.connect = function (...parameters) {
  const { options, callback } = normalized(parameters);
  const host = options.host ?? options.hostname;
  if (options.socket || typeof host !== "string" || net.isIP(host) || !host.endsWith(EMBEDDED_SUFFIX)) {
    return connect.apply(this, parameters);
  }
  return connect(
    {
      ...options,
      host,
      port: gatewayPort,
      servername: options.servername || host,
      localAddress: address,
      lookup,
      autoSelectFamily: false,
    },
    callback,
  );
};

syncBuiltinESMExports();

using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>What all bubblewrap sandboxes of this process share.</summary>
internal sealed record BubblewrapMachine(
    BubblewrapOptions Options,
    SandboxToolchain Tools,
    BubblewrapRunner Runner,
    RegistryProxy Proxy,
    NpmRegistry Registry,
    TimeProvider Clock,
    ILogger Log);

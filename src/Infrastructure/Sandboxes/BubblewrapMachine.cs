using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>What all bubblewrap sandboxes of this process share.</summary>
internal sealed record BubblewrapMachine(
    BubblewrapOptions Options,
    string Bubblewrap,
    SandboxToolchain Tools,
    BubblewrapRunner Runner,
    RegistryProxy Proxy,
    Uri Registry,
    TimeProvider Clock,
    ILogger Log);

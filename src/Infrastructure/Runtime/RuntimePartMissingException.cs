namespace Libra.Deploy.Infrastructure.Runtime;

/// <summary>A pinned program or Node.js is not installed; the message says in one sentence what to run.</summary>
public sealed class RuntimePartMissingException(string message) : Exception(message);

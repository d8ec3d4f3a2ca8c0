namespace Libra.Deploy.Application.Storage;

/// <summary>
/// The object store cannot be reached, or refuses: what was asked of it may go well later. The message has no credential.
/// </summary>
public sealed class ObjectStoreException(string message, Exception? cause = null) : IOException(message, cause);

namespace Libra.Deploy.WebApi.Configuration;

/// <summary>The service does not start, for a reason that its operator can mend; the message is the whole of what they need.</summary>
/// <remarks>A type of its own: whatever else fails while the service starts is a bug, and keeps its stack.</remarks>
public sealed class StartRefusedException(string sentence, Exception? cause = null) : Exception(sentence, cause);

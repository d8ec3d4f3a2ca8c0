using System.Diagnostics;

namespace Libra.Deploy.Infrastructure.Credentials;

/// <summary>Our key or token at a service that we call; it cannot be printed, logged or serialized.</summary>
[DebuggerDisplay("[redacted]")]
public sealed class ServiceKey(string value)
{
    private readonly string _value = value.Trim();

    /// <summary>True when there is something that can stand in a header.</summary>
    public bool IsUsable => _value.Length > 0 && _value.All(c => c is > ' ' and < (char)0x7f);

    /// <inheritdoc />
    public override string ToString() => "[redacted]";

    /// <summary>The key itself; for the header that it belongs in and for taking it out of texts.</summary>
    internal string Reveal() => _value;
}

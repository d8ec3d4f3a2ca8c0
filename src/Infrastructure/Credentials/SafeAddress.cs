namespace Libra.Deploy.Infrastructure.Credentials;

/// <summary>Addresses to which a credential may be sent.</summary>
public static class SafeAddress
{
    /// <summary>True for https, and for http on this machine: anywhere else a credential would travel in the clear.</summary>
    public static bool Is(Uri? address) => address is { IsAbsoluteUri: true, Scheme: "https" }
        or { IsAbsoluteUri: true, Scheme: "http", IsLoopback: true };
}

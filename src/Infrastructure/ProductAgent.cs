namespace Libra.Deploy.Infrastructure;

/// <summary>What this service calls itself where it asks others: firewalls turn away who has no name.</summary>
internal static class ProductAgent
{
    public const string Value = "Libra-Deploy/2.0";
}

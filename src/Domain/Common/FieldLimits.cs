namespace Libra.Deploy.Domain.Common;

/// <summary>What every field of a request is held to.</summary>
public static class FieldLimits
{
    /// <summary>Longest text of a field that is not prose, ids of the platform among them.</summary>
    public const int LongestId = 255;
}

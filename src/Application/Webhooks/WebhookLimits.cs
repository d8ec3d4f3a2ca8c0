namespace Libra.Deploy.Application.Webhooks;

/// <summary>How long the texts of a webhook may be.</summary>
public static class WebhookLimits
{
    public const int LongestUrl = 2000;
    public const int LongestDescription = 200;
}

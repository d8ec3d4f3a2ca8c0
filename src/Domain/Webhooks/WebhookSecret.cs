using System.Security.Cryptography;
using System.Text;

namespace Libra.Deploy.Domain.Webhooks;

/// <summary>The key with which messages to one webhook are signed: <c>whsec_</c> and 256 random bits in base64.</summary>
public sealed class WebhookSecret
{
    private const string Mark = "whsec_";
    private const int SecretBytes = 32;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>Makes a key that nobody can guess.</summary>
    public static WebhookSecret New() => new(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a key from our own storage.</summary>
    public static WebhookSecret Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new WebhookSecret(Convert.FromBase64String(text[Mark.Length..]));
    }

    /// <summary>One signature of a message, as Standard Webhooks describes it.</summary>
    public string Sign(WebhookDeliveryId message, long unixSeconds, string body)
    {
        var signed = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{message}.{unixSeconds}.{body}"));
        return $"v1,{Convert.ToBase64String(signed)}";
    }

    /// <summary>The whole secret, for storage and for the one answer that hands it out.</summary>
    public string Reveal() => Mark + Convert.ToBase64String(_key);

    /// <inheritdoc />
    public override string ToString() => $"{Mark}…"; // never the secret
}

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('experiments', '0006_past_versions'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apikey',
            options={'verbose_name': 'API key', 'verbose_name_plural': 'API keys'},
        ),
    ]
